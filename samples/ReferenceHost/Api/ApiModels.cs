using System.Text.Json;

namespace Guardian.ReferenceHost.Api;

// The shapes of the REST API, in JSON with snake_case names. Times are ISO 8601 in UTC, sizes are bytes, boxes are pixels of the frame.

/// <summary>Liveness, open to everyone.</summary>
public sealed record HealthDto(string Status, string Version);

/// <summary>A page of events, newest first; pass <c>next_cursor</c> as <c>cursor</c> for the next.</summary>
public sealed record EventPageDto(IReadOnlyList<EventDto> Events, string? NextCursor);

/// <summary>An event with its verdict.</summary>
public sealed record EventDto(
    Guid Id, string CameraId, string EdgeId, string Type, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt, double Confidence, string ModelId, double AnomalyScore,
    double AnomalyThreshold, int FrameCount, string Stage, VerdictDto? Verdict);

/// <summary>The second stage's judgement. <c>severity</c> is none, low, medium, high or critical; <c>score</c> is 0 to 100.</summary>
public sealed record VerdictDto(
    string AnomalyType, string Severity, double Score, DateTimeOffset AnalysedAt, IReadOnlyList<ReasonDto> Reasons, IReadOnlyList<BoxDto> Regions);

/// <summary>One factor of a verdict and what it adds to the score.</summary>
public sealed record ReasonDto(string Factor, string Text, double Points);

/// <summary>A box in a frame.</summary>
public sealed record BoxDto(string Label, double Confidence, double X, double Y, double Width, double Height);

/// <summary>An event with what is stored of it.</summary>
public sealed record EventDetailDto(EventDto Event, IReadOnlyList<ObjectDto> Objects, IReadOnlyDictionary<string, string> Metadata);

/// <summary>A sealed object. <c>status</c> is receiving, pending, uploading, completed, deleting or failed.</summary>
public sealed record ObjectDto(
    string Name, string Status, long Size, string Sha256, string ContentType, string Bucket, string Key, DateTimeOffset CreatedAt, DateTimeOffset? ArchivedAt, string? LastError);

/// <summary>
/// A camera. <c>readiness</c> is needs_snapshots, ready_for_training, training_in_progress or trained; <c>coverage</c> is there while it needs snapshots.
/// </summary>
public sealed record CameraDto(
    string Id, string EdgeId, string Name, string Type, bool Enabled, string Status, string Readiness, int RequiredSnapshots, IReadOnlyDictionary<string, int> Snapshots,
    TrainingDto? Training, string? ActiveModelId, CoverageDto? Coverage = null);

/// <summary>A training job. <c>state</c> is queued, running, completed, failed or cancelled; <c>dataset_version</c> is null until it begins.</summary>
public sealed record TrainingDto(
    string JobId, string State, int Epoch, int Epochs, double? Loss, double? ValidationError, double SecondsElapsed, double? SecondsLeft, string? Error, double? LearningRate = null,
    string CameraId = "", int Priority = 0, int Attempts = 0, int? DatasetVersion = null, string? ModelId = null, DateTimeOffset? CreatedAt = null, DateTimeOffset? UpdatedAt = null);

/// <summary>An order to train; <c>priority</c> is -100 to 100, 0 when absent.</summary>
public sealed record TrainingRequestDto(string? CameraId, int? Priority);

/// <summary>A model of the catalog; <c>camera_id</c> is null for a base model. <c>status</c> is training, ready, active, archived or failed. The figures are null for a model that was not trained here.</summary>
public sealed record ModelDto(
    string Id, string? CameraId, string Name, string Type, string Version, string Status, bool Pinned, DateTimeOffset CreatedAt, long SizeBytes, string Sha256, double? Threshold, int? TrainingImages,
    double? ValidationError, LineageDto Lineage);

/// <summary>Where a model comes from.</summary>
public sealed record LineageDto(string? DatasetVersion, string? ParentModelId, string? Trainer, string? CodeVersion, JsonElement? Hyperparameters, JsonElement? Metrics);

/// <summary>An edge. <c>state</c> is pending, active or revoked; <c>health</c> is null until it is judged the first time; <c>telemetry</c> is the newest it sent, null when none.</summary>
public sealed record EdgeDto(
    string Id, string Name, string State, DateTimeOffset AddedAt, DateTimeOffset? EnrolledAt, DateTimeOffset? LastSeenAt, DateTimeOffset? CertificateExpiresAt, string Software,
    ConnectionDto Connection, EdgeHealthDto? Health, JsonElement? Telemetry = null);

/// <summary>An alert.</summary>
public sealed record AlertDto(
    long Id, Guid EventId, string CameraId, string Severity, string AnomalyType, string Summary, DateTimeOffset RaisedAt, DateTimeOffset? AcknowledgedAt);

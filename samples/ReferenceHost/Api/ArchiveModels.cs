namespace Guardian.ReferenceHost.Api;

/// <summary>An object as the archive's index has it. <c>expires_at</c> is when retention deletes it by the policy of now; a legal hold is not looked at.</summary>
public sealed record ArchivedObjectDto(
    Guid EventId, string Name, string CameraId, string Status, long Size, string Sha256, string? Cid, string ContentType, int FormatVersion, IReadOnlyList<string> Recipients, string Bucket, string Key,
    string Severity, DateTimeOffset CreatedAt, DateTimeOffset? ArchivedAt, DateTimeOffset? ExpiresAt, int Attempts, string? LastError);

/// <summary>A page of the archive's index, newest first. <c>next_cursor</c> asks for the next.</summary>
public sealed record ArchivedObjectPageDto(IReadOnlyList<ArchivedObjectDto> Objects, string? NextCursor);

/// <summary>
/// How the archive is. <c>store</c> is up, down or probing; <c>waiting</c> objects are acknowledged and not archived yet.
/// </summary>
public sealed record ArchiveStateDto(string Store, DateTimeOffset Since, string? LastError, long Receiving, long Waiting, long WaitingBytes, long Deleting, long Failed);

/// <summary>What a camera uses of its quota, in sealed bytes; without a camera id all of them together. <c>limit</c> is null without a quota.</summary>
public sealed record UsageDto(string? CameraId, long Bytes, long Objects, long? Limit, bool IsWarned);

/// <summary>A legal hold. <c>kind</c> is event or camera.</summary>
public sealed record HoldDto(string Kind, string Target, string Reason, string Actor, DateTimeOffset PlacedAt);

/// <summary>A legal hold to place or lift. <c>kind</c> is event or camera.</summary>
public sealed record HoldRequestDto(string? Kind, string? Target, string? Reason);

/// <summary>What to erase: one of <c>event_id</c> and <c>camera_id</c>.</summary>
public sealed record EraseRequestDto(Guid? EventId, string? CameraId, string? Reason);

/// <summary>What will be erased: objects of the archive, events of the timeline. <c>held</c> objects stay, as a legal hold protects them.</summary>
public sealed record EraseResultDto(int Objects, int Events, int Held);

/// <summary>Whether to put right what is found.</summary>
public sealed record ReconcileRequestDto(bool Repair);

/// <summary>What a comparison of the index with the store has found.</summary>
public sealed record ReconcileReportDto(int Buckets, long Objects, long Bytes, IReadOnlyList<string> Lost, IReadOnlyList<string> Unknown, int Adopted, IReadOnlyList<UsageDto> Drift, bool IsClean);

/// <summary>How many objects are tried again.</summary>
public sealed record RetryResultDto(int Objects);

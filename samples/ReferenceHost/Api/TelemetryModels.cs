namespace Guardian.ReferenceHost.Api;

/// <summary>How an edge is. <c>level</c> is unknown, healthy, degraded or unhealthy; the worst reason comes first.</summary>
public sealed record EdgeHealthDto(string Level, IReadOnlyList<HealthReasonDto> Reasons, DateTimeOffset EvaluatedAt);

/// <summary>One thing that is wrong. <c>level</c> is degraded or unhealthy; <c>camera_id</c> is null when it is about the edge itself.</summary>
public sealed record HealthReasonDto(string Code, string Level, string Message, string? CameraId);

/// <summary>Telemetry, oldest point first; spans without a sample are not in it. <c>resolution</c> is raw, minute, hour or day.</summary>
public sealed record TelemetrySeriesDto(string Resolution, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<TelemetryPointDto> Points);

/// <summary>A span of time that starts at <c>at</c>, with what was measured within it by metric.</summary>
public sealed record TelemetryPointDto(DateTimeOffset At, IReadOnlyDictionary<string, MetricSummaryDto> Metrics);

/// <summary>What a metric was within a span.</summary>
public sealed record MetricSummaryDto(long Count, double Min, double Max, double Mean, double Last);

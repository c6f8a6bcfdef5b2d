namespace Guardian.Tunnel;

/// <summary>One thing that is wrong with an edge.</summary>
/// <param name="Code">What kind of thing.</param>
/// <param name="Level">How bad: degraded or unhealthy.</param>
/// <param name="Message">It in words, with the figure and the limit.</param>
/// <param name="CameraId">The camera it is about; null when it is about the edge.</param>
public sealed record HealthReason(HealthReasonCode Code, HealthLevel Level, string Message, string? CameraId = null);

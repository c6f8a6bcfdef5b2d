namespace Guardian.Models;

/// <summary>A camera that rollouts leave alone.</summary>
/// <param name="CameraId">The camera.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who pinned it.</param>
/// <param name="At">When.</param>
public sealed record CameraPin(string CameraId, string Reason, string Actor, DateTimeOffset At);

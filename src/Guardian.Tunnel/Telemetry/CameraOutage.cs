namespace Guardian.Tunnel;

/// <summary>A camera that its edge does not reach.</summary>
/// <param name="CameraId">The camera.</param>
/// <param name="Since">Since when the edge has said so.</param>
public sealed record CameraOutage(string CameraId, DateTimeOffset Since);

namespace Guardian.Tunnel;

/// <summary>What an edge said of one of its cameras.</summary>
/// <param name="CameraId">The camera.</param>
/// <param name="IsOnline">Whether the edge reaches it.</param>
/// <param name="LastSeenAt">When the edge last had a picture of it; null when it does not say or never had.</param>
/// <param name="StatusMessage">The edge's own words, at most 512 characters.</param>
public sealed record CameraSample(string CameraId, bool IsOnline, DateTimeOffset? LastSeenAt, string StatusMessage);

namespace Guardian.Tunnel;

/// <summary>Something that other parts of a node may want to act on.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Edge">The edge.</param>
/// <param name="CameraId">The camera; null when it is about the edge.</param>
/// <param name="Detail">The particulars, as <see cref="Kind"/> says.</param>
/// <param name="At">When.</param>
public sealed record TunnelNotification(TunnelNotificationKind Kind, EdgeId Edge, string? CameraId, string Detail, DateTimeOffset At);

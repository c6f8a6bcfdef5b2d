namespace Guardian.Tunnel;

/// <summary>A clip that an edge wants to upload.</summary>
/// <param name="Edge">The edge.</param>
/// <param name="EventId">The event it belongs to.</param>
/// <param name="CameraId">The camera as the edge names it, checked to be the edge's; null when it names none.</param>
/// <param name="StartOffset">Where the bytes that follow belong; not negative.</param>
/// <param name="TotalSize">Bytes of the whole clip; null when unknown.</param>
public sealed record ClipRequest(EdgeId Edge, Guid EventId, string? CameraId, long StartOffset, long? TotalSize);

namespace Guardian.Tunnel;

/// <summary>An enrolling edge asks for a camera that it may not have.</summary>
internal sealed class CameraClaimException(EdgeId edge, string cameraId) : TunnelException($"camera_ids: the operator has not assigned {cameraId} to this edge")
{
    /// <summary>The edge.</summary>
    public EdgeId Edge { get; } = edge;
}

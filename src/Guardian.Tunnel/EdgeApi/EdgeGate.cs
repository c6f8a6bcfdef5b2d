using System.Security.Cryptography.X509Certificates;
using Guardian.Grpc;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// Who is calling, and may it? TLS has verified the certificate against the CA; this looks the edge up, so that one that was revoked is refused from its next
/// call on.
/// </summary>
internal sealed class EdgeGate(EdgeRegistry registry, ILogger logger)
{
    private const int MaxCameraId = 128;

    /// <summary>The calling edge.</summary>
    /// <exception cref="RpcException">UNAUTHENTICATED: no certificate, or one of an edge that is not active.</exception>
    public async Task<EdgeId> IdentifyAsync(ServerCall call)
    {
        X509Certificate2? certificate = call.HttpContext.Connection.ClientCertificate;
        string? name = certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (!EdgeId.TryParse(name, out EdgeId edge))
        {
            throw new RpcException(StatusCode.Unauthenticated, "a client certificate of an enrolled edge is needed");
        }

        RegisteredEdge? registered = await registry.GetEdgeAsync(edge, call.CancellationToken).ConfigureAwait(false);
        if (registered is not { State: EdgeState.Active })
        {
            Log.EdgeRefused(logger, edge, registered?.State.ToString() ?? "unknown");
            throw new RpcException(StatusCode.Unauthenticated, registered is null ? "this edge is not known" : "this edge is revoked");
        }

        return edge;
    }

    /// <summary>Checks that an edge may speak for a camera.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT or PERMISSION_DENIED.</exception>
    public async Task CheckCameraAsync(EdgeId edge, string cameraId, CancellationToken cancellationToken)
    {
        if (!IsCameraId(cameraId))
        {
            throw new RpcException(StatusCode.InvalidArgument, $"camera_id: 1 to {MaxCameraId} characters of A-Z a-z 0-9 . _ : - are needed");
        }

        if (!await registry.MaySpeakForAsync(edge, cameraId, cancellationToken).ConfigureAwait(false))
        {
            Log.CameraRefused(logger, edge, cameraId);
            throw new RpcException(StatusCode.PermissionDenied, $"camera_id: this edge does not speak for {cameraId}");
        }
    }

    public static bool IsCameraId(string text) =>
        text.Length is >= 1 and <= MaxCameraId && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-');
}

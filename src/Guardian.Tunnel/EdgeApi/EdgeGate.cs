using System.Net;
using System.Security.Cryptography.X509Certificates;
using Guardian.Grpc;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// Who is calling, and may it? TLS has verified the certificate against the CA; this looks the edge and the certificate up, so that one that was revoked is refused from its next call on.
/// </summary>
internal sealed class EdgeGate(EdgeRegistry registry, EdgeConnections connections, RefusalAudit refusals, ITunnelNetwork? network, TunnelMetrics metrics, TimeSpan claimWindow, ILogger logger)
{
    /// <summary>Lets a call in and holds on to it, so that it ends when its edge is shut out.</summary>
    /// <returns>The edge and the hold, to be disposed when the call is over.</returns>
    /// <exception cref="RpcException">UNAUTHENTICATED: no certificate, or one of an edge that may not speak with it.</exception>
    public async Task<(EdgeId Edge, IDisposable Hold)> AdmitAsync(ServerCall call)
    {
        EdgeId edge = NameOf(call);

        // Held before it is looked up: whoever is shut out after the look is found among the calls.
        IDisposable hold = connections.Hold(edge, call);
        try
        {
            await IdentifyAsync(call, edge).ConfigureAwait(false);
            connections.Seen(edge, call.HttpContext);
            return (edge, hold);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Checks again that the edge of a long call may still speak.</summary>
    /// <exception cref="RpcException">UNAUTHENTICATED.</exception>
    public Task CheckAsync(ServerCall call) => IdentifyAsync(call, NameOf(call));

    /// <summary>Checks that an edge may speak for a camera.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT or PERMISSION_DENIED.</exception>
    public async Task CheckCameraAsync(EdgeId edge, string cameraId, ServerCall call)
    {
        if (!CameraDirectory.IsCameraId(cameraId))
        {
            throw new RpcException(StatusCode.InvalidArgument, "camera_id: 1 to 128 characters of A-Z a-z 0-9 . _ : - are needed");
        }

        if (await registry.Cameras.CheckAsync(edge, cameraId, claimWindow, call.CancellationToken).ConfigureAwait(false) is { } reason)
        {
            throw await RefuseCameraAsync(edge, cameraId, reason, call).ConfigureAwait(false);
        }
    }

    /// <summary>Takes over what an edge says of its cameras.</summary>
    /// <exception cref="RpcException">PERMISSION_DENIED: one of them is not the edge's; nothing was taken over.</exception>
    public async Task SyncCamerasAsync(EdgeId edge, IReadOnlyList<ReportedCamera> cameras, ServerCall call)
    {
        if (await registry.Cameras.SyncAsync(edge, cameras, claimWindow, call.CancellationToken).ConfigureAwait(false) is { } refused)
        {
            throw await RefuseCameraAsync(edge, refused.CameraId, refused.Reason, call).ConfigureAwait(false);
        }
    }

    private static EdgeId NameOf(ServerCall call)
    {
        string? name = call.HttpContext.Connection.ClientCertificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return EdgeId.TryParse(name, out EdgeId edge) ? edge : throw new RpcException(StatusCode.Unauthenticated, "a client certificate of an enrolled edge is needed");
    }

    private async Task IdentifyAsync(ServerCall call, EdgeId edge)
    {
        string serial = call.HttpContext.Connection.ClientCertificate!.SerialNumber;
        IPAddress? address = call.HttpContext.Connection.RemoteIpAddress;
        (RegisteredEdge? registered, bool accepted) = await registry.AuthenticateAsync(edge, serial, call.CancellationToken).ConfigureAwait(false);
        (string Word, string Text)? refused = registered switch
        {
            null => ("unknown", "this edge is not known"),
            { State: EdgeState.Revoked } => ("revoked", "this edge is revoked"),
            _ when !accepted => ("replaced", "this certificate was replaced by a later enrolment"),
            _ when network is not null && !await network.IsOwnAddressAsync(edge, address, call.CancellationToken).ConfigureAwait(false) =>
                ("outside_tunnel", "calls must come through this edge's own tunnel"),
            _ => null,
        };
        if (refused is var (word, refusal))
        {
            metrics.CallRefused(word);
            Log.EdgeRefused(logger, edge, refusal);
            await refusals.RecordAsync(AuditAction.CallRefused, edge, address, refusal, call.CancellationToken).ConfigureAwait(false);
            throw new RpcException(StatusCode.Unauthenticated, refusal);
        }
    }

    private async Task<RpcException> RefuseCameraAsync(EdgeId edge, string cameraId, CameraRefusal reason, ServerCall call)
    {
        metrics.CallRefused("camera");
        Log.CameraRefused(logger, edge, cameraId);
        string detail = reason == CameraRefusal.AnotherEdges ? $"{cameraId} is another edge's" : $"{cameraId} is not assigned to it";
        await refusals.RecordAsync(AuditAction.CameraRefused, edge, call.HttpContext.Connection.RemoteIpAddress, detail, call.CancellationToken).ConfigureAwait(false);
        return new RpcException(StatusCode.PermissionDenied, $"camera_id: this edge does not speak for {cameraId}");
    }
}

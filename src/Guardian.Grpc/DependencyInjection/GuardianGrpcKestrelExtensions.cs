using Guardian.Grpc;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Sets Kestrel up for gRPC.</summary>
public static class GuardianGrpcKestrelExtensions
{
    /// <summary>
    /// Sets the HTTP/2 limits that a server of uploads needs; see <see cref="GrpcTransportLimits"/> for what each is for. They hold for every endpoint of
    /// this Kestrel. The size and data rate of a request body need no setting, <see cref="GrpcServer"/> lifts them for its own calls.
    /// </summary>
    /// <param name="kestrel">Kestrel's options.</param>
    /// <param name="configure">Changes the limits; null for the defaults.</param>
    /// <returns>Kestrel's options.</returns>
    /// <exception cref="ArgumentException">A limit is out of its range.</exception>
    public static KestrelServerOptions ConfigureGuardianGrpc(this KestrelServerOptions kestrel, Action<GrpcTransportLimits>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        var limits = new GrpcTransportLimits();
        configure?.Invoke(limits);
        limits.ThrowIfUnsound();
        Http2Limits http2 = kestrel.Limits.Http2;
        http2.InitialStreamWindowSize = limits.StreamWindow;
        http2.InitialConnectionWindowSize = limits.StreamWindow * limits.ConcurrentUploads;
        http2.MaxStreamsPerConnection = limits.MaxStreamsPerConnection;
        http2.KeepAlivePingDelay = limits.KeepAlivePingDelay;
        http2.KeepAlivePingTimeout = limits.KeepAlivePingTimeout;
        return kestrel;
    }
}

namespace Guardian.Grpc;

/// <summary>The HTTP/2 limits of a Kestrel that takes uploads, for <c>ConfigureGuardianGrpc</c>.</summary>
public sealed class GrpcTransportLimits
{
    /// <summary>
    /// Bytes that one call may have on the way before its handler reads them. Kestrel's windows are static, so this divided by the round trip is the
    /// fastest an upload can be: at 10 ms, 768 KiB allow 56 MiB/s and 16 MiB allow some 600 MiB/s. Default 16 MiB; 64 KiB to 1 GiB.
    /// </summary>
    /// <remarks>A peer can make the server hold a full window of every connection it opens. Keep 16 MiB for authenticated peers.</remarks>
    public int StreamWindow { get; set; } = 16 << 20;

    /// <summary>
    /// Uploads on one connection whose handlers may fall behind at the same time without holding up the other calls on it: the connection's window
    /// is <see cref="StreamWindow"/> times this. Default 4; 1 to 64, and the product at most 1 GiB.
    /// </summary>
    public int ConcurrentUploads { get; set; } = 4;

    /// <summary>Calls on one connection at the same time; one more waits in the client. Kestrel's own 100 is few for watches. Default 1000; 1 to 10 000.</summary>
    public int MaxStreamsPerConnection { get; set; } = 1000;

    /// <summary>Silence of a peer after which it is pinged, so that calls of a peer that lost its network end. Default 30 s; 1 s to 1 day.</summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait for the answer to a ping; then the connection is closed. Default 20 s; 1 s to 1 hour.</summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    internal void ThrowIfUnsound()
    {
        Require(StreamWindow is >= 64 << 10 and <= 1 << 30, nameof(StreamWindow), "must be from 65536 to 1073741824");
        Require(ConcurrentUploads is >= 1 and <= 64, nameof(ConcurrentUploads), "must be from 1 to 64");
        Require((long)StreamWindow * ConcurrentUploads <= 1 << 30, nameof(ConcurrentUploads), "times StreamWindow must be at most 1073741824");
        Require(MaxStreamsPerConnection is >= 1 and <= 10_000, nameof(MaxStreamsPerConnection), "must be from 1 to 10000");
        Require(KeepAlivePingDelay >= TimeSpan.FromSeconds(1) && KeepAlivePingDelay <= TimeSpan.FromDays(1), nameof(KeepAlivePingDelay), "must be from 1 second to 1 day");
        Require(KeepAlivePingTimeout >= TimeSpan.FromSeconds(1) && KeepAlivePingTimeout <= TimeSpan.FromHours(1), nameof(KeepAlivePingTimeout), "must be from 1 second to 1 hour");
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} {rule}.");
        }
    }
}

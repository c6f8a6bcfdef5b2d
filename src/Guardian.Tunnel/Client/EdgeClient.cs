using System.Security.Cryptography;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>
/// An edge's connection to its node: every call of the edge contract, with resumed uploads and verified downloads. Safe for use by many threads. Calls throw
/// <see cref="RpcException"/>; <see cref="RpcException.IsTransient"/> tells whether to try again.
/// </summary>
public sealed class EdgeClient : IDisposable
{
    private const int ChunkSize = 64 << 10;

    /// <summary>Waits between attempts at a clip: doubling from the first to the last.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200), LastWait = TimeSpan.FromSeconds(10);

    private static readonly GrpcCallOptions Short = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly GrpcChannel _channel;
    private readonly TimeProvider _time;

    /// <summary>Makes a client; it connects with the first call.</summary>
    public EdgeClient(EdgeCredentials credentials, TimeProvider? timeProvider = null)
        : this(credentials ?? throw new ArgumentNullException(nameof(credentials)), credentials.Address, timeProvider ?? TimeProvider.System)
    {
    }

    private EdgeClient(EdgeCredentials credentials, string address, TimeProvider time)
    {
        _channel = EdgeChannel.Open(address, credentials.Authorities, credentials.Certificate);
        _time = time;
    }

    /// <summary>Makes a client of the enrolment port, which serves enrolled edges only the way back into the tunnel.</summary>
    internal static EdgeClient ForEnrollment(EdgeCredentials credentials, TimeProvider time) => new(credentials, credentials.EnrollmentAddress, time);

    /// <summary>Sends events; those in the response's <c>event_ids</c> are stored durably.</summary>
    public Task<SendEventsResponse> SendEventsAsync(IEnumerable<Event> events, CancellationToken cancellationToken)
    {
        var request = new SendEventsRequest();
        request.Events.AddRange(events);
        return _channel.UnaryAsync(EdgeMethods.SendEvents, request, Short, cancellationToken);
    }

    /// <summary>Reports cameras.</summary>
    public Task<SyncCapabilitiesResponse> SyncCapabilitiesAsync(IEnumerable<CameraCapability> cameras, CancellationToken cancellationToken)
    {
        var request = new SyncCapabilitiesRequest { SyncedAt = UnixNanoseconds.From(_time.GetUtcNow()) };
        request.Cameras.AddRange(cameras);
        return _channel.UnaryAsync(EdgeMethods.SyncCapabilities, request, Short, cancellationToken);
    }

    /// <summary>Sends telemetry.</summary>
    public Task<SendTelemetryResponse> SendTelemetryAsync(TelemetryData telemetry, CancellationToken cancellationToken) =>
        _channel.UnaryAsync(EdgeMethods.SendTelemetry, new SendTelemetryRequest { Telemetry = telemetry }, Short, cancellationToken);

    /// <summary>Says that this edge is alive.</summary>
    public Task<HeartbeatResponse> HeartbeatAsync(CancellationToken cancellationToken) =>
        _channel.UnaryAsync(EdgeMethods.Heartbeat, new HeartbeatRequest { Timestamp = UnixNanoseconds.From(_time.GetUtcNow()) }, Short, cancellationToken);

    /// <summary>What the node says of the edge's end of the tunnel now.</summary>
    internal async Task<TunnelSettings> GetTunnelAsync(GetTunnelRequest request, CancellationToken cancellationToken) =>
        (await _channel.UnaryAsync(EdgeMethods.GetTunnel, request, Short, cancellationToken).ConfigureAwait(false)).Tunnel;

    /// <summary>Makes a new key and has it certified over the current certificate.</summary>
    /// <returns>The credentials to use from now on; save them, then open a new client.</returns>
    public async Task<EdgeCredentials> RenewAsync(EdgeCredentials current, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new RenewCertificateRequest { CertificateRequest = ByteString.CopyFrom(EdgeEnrollment.MakeRequest(key)) };
        RenewCertificateResponse response = await _channel.UnaryAsync(EdgeMethods.RenewCertificate, request, Short, cancellationToken).ConfigureAwait(false);
        return new EdgeCredentials(
            current.EdgeId, current.Address, current.EnrollmentAddress, EdgeEnrollment.Combine(response.Certificate, key),
            EdgeEnrollment.LoadAuthorities(response.TrustedAuthorities, response.CaCertificate), current.Recipients);
    }

    /// <summary>Uploads labelled snapshots, one answer each, in order. An answer of accepted or duplicate means that the snapshot is stored durably.</summary>
    public async IAsyncEnumerable<UploadSnapshotResponse> UploadSnapshotsAsync(
        IAsyncEnumerable<UploadSnapshotRequest> snapshots, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using GrpcCall<UploadSnapshotRequest, UploadSnapshotResponse> call = _channel.StartCall(EdgeMethods.UploadSnapshots, cancellationToken: cancellationToken);
        await foreach (UploadSnapshotRequest snapshot in snapshots.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            // When the write fails the call is over, and reading tells why.
            await call.WriteAsync(snapshot, cancellationToken).ConfigureAwait(false);
            yield return await call.ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new RpcException(StatusCode.DataLoss, "snapshots: the node ended the call early");
        }

        await call.CompleteAsync().ConfigureAwait(false);
        await call.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Uploads an event's sealed clip and goes on after interruptions at the byte where the node's copy ends, until it is stored or the node refuses it. The first attempt
    /// starts at the first byte: a clip that was sealed anew must not be spliced onto what came of an older one.
    /// </summary>
    /// <param name="eventId">The event.</param>
    /// <param name="clip">The sealed clip; seekable.</param>
    /// <param name="maxAttempts">Calls to make at the most: 1 to 1000.</param>
    /// <param name="progress">Gets the bytes sent so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ClipUploadResult> UploadClipAsync(Guid eventId, Stream clip, int maxAttempts, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxAttempts, 1000);
        TimeSpan wait = FirstWait;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                long offset = attempt == 1 ? 0 : await ReceivedAsync(eventId, cancellationToken).ConfigureAwait(false);
                return new ClipUploadResult(await StreamClipAsync(eventId, clip, offset, progress, cancellationToken).ConfigureAwait(false), attempt);
            }
            catch (RpcException e) when (attempt < maxAttempts && (e.IsTransient || e.StatusCode is StatusCode.OutOfRange or StatusCode.DataLoss))
            {
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
                wait = wait * 2 < LastWait ? wait * 2 : LastWait;
            }
        }
    }

    /// <summary>Makes one attempt at an event's sealed clip.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="clip">The sealed clip; seekable.</param>
    /// <param name="resume">Whether the node may hold bytes of this very clip, so that the rest suffices; one that was sealed anew must not be spliced onto an older one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Bytes that the node holds durably: all of them.</returns>
    internal async Task<long> UploadClipAsync(Guid eventId, Stream clip, bool resume, CancellationToken cancellationToken)
    {
        long offset = resume ? await ReceivedAsync(eventId, cancellationToken).ConfigureAwait(false) : 0;
        return await StreamClipAsync(eventId, clip, offset, progress: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the command stream and serves it until it ends.</summary>
    internal async Task TakeCommandsAsync(CommandExecutor executor, CancellationToken cancellationToken)
    {
        using GrpcCall<EdgeMessage, NodeMessage> stream = _channel.StartCall(EdgeMethods.Connect, cancellationToken: cancellationToken);
        await executor.ServeAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the node holds of an event's clip.</summary>
    public Task<GetClipInfoResponse> GetClipInfoAsync(Guid eventId, CancellationToken cancellationToken) =>
        _channel.UnaryAsync(EdgeMethods.GetClipInfo, new GetClipInfoRequest { EventId = eventId.ToString() }, Short, cancellationToken);

    /// <summary>What is assigned to this edge and not yet reported, then what is assigned while the enumeration lasts.</summary>
    public IAsyncEnumerable<Deployment> WatchDeploymentsAsync(CancellationToken cancellationToken) => WatchDeploymentsAsync(new WatchDeploymentsRequest(), cancellationToken);

    /// <inheritdoc cref="WatchDeploymentsAsync(CancellationToken)"/>
    /// <param name="hello">What the edge can run and what it works with.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<Deployment> WatchDeploymentsAsync(WatchDeploymentsRequest hello, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using GrpcCall<WatchDeploymentsRequest, Deployment> call = _channel.StartCall(EdgeMethods.WatchDeployments, hello, cancellationToken: cancellationToken);
        while (await call.ReadAsync(cancellationToken).ConfigureAwait(false) is { } deployment)
        {
            yield return deployment;
        }
    }

    /// <summary>
    /// Downloads a deployment's model into a file, piece by piece: each is checked before it is written. What an earlier attempt has written beside it (<c>.part</c>) is checked and goes on where it ended, also after the
    /// process was killed. The file has its name only when its size and SHA-256 are right.
    /// </summary>
    /// <param name="deployment">What was assigned.</param>
    /// <param name="path">Where the file goes; one that is there already and is right stays.</param>
    /// <param name="cancellationToken">Ends it; what has arrived stays for the next attempt.</param>
    /// <exception cref="TunnelException">The model is over 512 MiB, or what arrives is not what was promised, again and again.</exception>
    public Task DownloadModelAsync(Deployment deployment, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        return new ModelDownload(deployment, path, offset => _channel.StartCall(
            EdgeMethods.DownloadModel, new DownloadModelRequest { DeploymentId = deployment.DeploymentId, Offset = (ulong)offset }, cancellationToken: cancellationToken)).RunAsync(cancellationToken);
    }

    /// <summary>Tells the node what became of a deployment.</summary>
    public Task<ReportDeploymentResponse> ReportDeploymentAsync(ReportDeploymentRequest report, CancellationToken cancellationToken) =>
        _channel.UnaryAsync(EdgeMethods.ReportDeployment, report, Short, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private async Task<long> ReceivedAsync(Guid eventId, CancellationToken cancellationToken) =>
        checked((long)(await GetClipInfoAsync(eventId, cancellationToken).ConfigureAwait(false)).ReceivedBytes);

    private async Task<long> StreamClipAsync(Guid eventId, Stream clip, long offset, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if (offset > clip.Length)
        {
            throw new RpcException(StatusCode.FailedPrecondition, $"clip: the node holds {offset} bytes of a clip that has {clip.Length}");
        }

        clip.Position = offset;
        using GrpcCall<StreamClipChunk, StreamClipResponse> call = _channel.StartCall(EdgeMethods.StreamClip, cancellationToken: cancellationToken);
        var header = new StreamClipHeader { EventId = eventId.ToString(), StartOffset = offset, TotalSize = (ulong)clip.Length };
        bool open = await call.WriteAsync(new StreamClipChunk { Header = header }, cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[ChunkSize];
        bool more = true;
        while (open && more)
        {
            int read = await clip.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            more = clip.Position < clip.Length;

            // The channel has serialised the message when the write returns, so the buffer can be used again.
            var chunk = new StreamClipChunk { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read)), Eof = !more };
            open = await call.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
            offset += read;
            progress?.Report(offset);
        }

        await call.CompleteAsync().ConfigureAwait(false);
        StreamClipResponse response = await call.ResponseAsync(cancellationToken).ConfigureAwait(false);
        return checked((long)response.TotalBytes);
    }
}

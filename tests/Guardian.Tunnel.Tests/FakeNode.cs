using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Google.Protobuf;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests;

/// <summary>The rest of a node, in memory: what arrived, and what the gateway is told in return.</summary>
internal sealed class FakeNode : IEventIntake, IClipIntake, IDatasetIntake, IModelSource
{
    private int _watches;

    public ConcurrentDictionary<string, Event> Events { get; } = new();

    /// <summary>Ids of stored events in the order in which they came; one that comes twice is here twice.</summary>
    public ConcurrentQueue<string> Arrivals { get; } = new();

    /// <summary>Where uploads of clips began.</summary>
    public ConcurrentQueue<long> ClipOffsets { get; } = new();

    public ConcurrentDictionary<Guid, byte[]> Clips { get; } = new();

    public ConcurrentDictionary<Guid, byte[]> Partials { get; } = new();

    public ConcurrentQueue<ReportDeploymentRequest> Reports { get; } = new();

    public ConcurrentQueue<WatchDeploymentsRequest> Hellos { get; } = new();

    public ConcurrentQueue<ModelUse> Uses { get; } = new();

    /// <summary>Where downloads of models began.</summary>
    public ConcurrentQueue<long> ModelOffsets { get; } = new();

    /// <summary>What an edge gets in place of the model from an offset on; null for the model.</summary>
    public Func<long, Stream?> Download { get; set; } = _ => null;

    public Func<ReportDeploymentRequest, bool> Accepts { get; set; } = _ => true;

    /// <summary>Watches that are open: each takes what the others then do not get, also one whose edge has gone a moment ago.</summary>
    public int Watches => Volatile.Read(ref _watches);

    public Channel<Deployment> Deployments { get; } = Channel.CreateUnbounded<Deployment>();

    public byte[] Model { get; set; } = RandomNumberGenerator.GetBytes(300_000);

    public Func<byte[], ClipRefusal?> CheckClip { get; set; } = _ => null;

    public Exception? Failure { get; set; }

    public TunnelPorts Ports => new(this, this, this, this);

    public Task<IReadOnlyList<EventReceipt>> AcceptAsync(EdgeId edge, IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        return Task.FromResult<IReadOnlyList<EventReceipt>>([.. events.Select(e =>
        {
            if (e.EventType == "bad")
            {
                return new EventReceipt(false, "event_type", "not this one");
            }

            Events[e.Id] = e;
            Arrivals.Enqueue(e.Id);
            return new EventReceipt(true);
        })]);
    }

    public Task<ClipStart> BeginAsync(ClipRequest request, CancellationToken cancellationToken)
    {
        if (Clips.TryGetValue(request.EventId, out byte[]? there))
        {
            return Task.FromResult(new ClipStart(null, StoredBytes: there.Length));
        }

        ClipOffsets.Enqueue(request.StartOffset);
        byte[] partial = Partials.GetValueOrDefault(request.EventId, []);
        return Task.FromResult(request.StartOffset != 0 && request.StartOffset != partial.Length
            ? new ClipStart(null, new ClipRefusal(ClipRefusalKind.WrongOffset, $"stored bytes end at {partial.Length}"))
            : new ClipStart(new Sink(this, request.EventId, request.StartOffset == 0 ? [] : partial)));
    }

    public Task<ClipInfo?> GetInfoAsync(EdgeId edge, Guid eventId, CancellationToken cancellationToken) => Task.FromResult(
        Clips.TryGetValue(eventId, out byte[]? whole) ? new ClipInfo(true, whole.Length, "video/mp4")
        : Partials.TryGetValue(eventId, out byte[]? part) ? new ClipInfo(false, part.Length, "video/mp4") : null);

    public Task<UploadSnapshotResponse> AcceptAsync(EdgeId edge, UploadSnapshotRequest snapshot, CancellationToken cancellationToken) => Task.FromResult(new UploadSnapshotResponse
    {
        SnapshotId = snapshot.SnapshotId,
        Result = snapshot.Jpeg.IsEmpty ? UploadSnapshotResponse.Types.Result.Refused : UploadSnapshotResponse.Types.Result.Accepted,
    });

    public async IAsyncEnumerable<Deployment> WatchAsync(EdgeId edge, WatchDeploymentsRequest hello, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _watches);
        try
        {
            Hellos.Enqueue(hello);
            await foreach (Deployment deployment in Deployments.Reader.ReadAllAsync(cancellationToken))
            {
                yield return deployment;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watches);
        }
    }

    public Task<Stream?> OpenAsync(EdgeId edge, string deploymentId, long offset, CancellationToken cancellationToken)
    {
        ModelOffsets.Enqueue(offset);
        return Task.FromResult(deploymentId == "d1" && offset <= Model.Length ? Download(offset) ?? new MemoryStream(Model[(int)offset..]) : null);
    }

    public Task CountAsync(EdgeId edge, IReadOnlyList<ModelUse> uses, CancellationToken cancellationToken)
    {
        foreach (ModelUse use in uses)
        {
            Uses.Enqueue(use);
        }

        return Task.CompletedTask;
    }

    public Task<ReportDeploymentResponse?> ReportAsync(EdgeId edge, ReportDeploymentRequest report, CancellationToken cancellationToken)
    {
        Reports.Enqueue(report);
        return Task.FromResult<ReportDeploymentResponse?>(report.DeploymentId == "d1" ? new ReportDeploymentResponse { Accepted = Accepts(report) } : null);
    }

    public Deployment Assign(byte[]? sha256 = null) => new()
    {
        DeploymentId = "d1",
        ModelId = "m1",
        CameraId = "front-door",
        SizeBytes = (ulong)Model.Length,
        Sha256 = ByteString.CopyFrom(sha256 ?? SHA256.HashData(Model)),
    };

    private sealed class Sink(FakeNode node, Guid eventId, byte[] stored) : IClipSink
    {
        private readonly List<byte> _bytes = [.. stored];

        public long Position => _bytes.Count;

        public ValueTask<ClipRefusal?> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            _bytes.AddRange(bytes.Span);
            return new(node.CheckClip([.. _bytes]));
        }

        public Task<ClipRefusal?> CompleteAsync(CancellationToken cancellationToken)
        {
            node.Clips[eventId] = [.. _bytes];
            node.Partials.TryRemove(eventId, out _);
            return Task.FromResult<ClipRefusal?>(null);
        }

        public ValueTask DisposeAsync()
        {
            if (!node.Clips.ContainsKey(eventId))
            {
                node.Partials[eventId] = [.. _bytes];
            }

            return default;
        }
    }
}

using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Guardian.Tunnel;

/// <summary>
/// The package's instruments. What OpenTelemetry's semantic conventions have a name for is called by it, with the edge it is about as an attribute. Costs nothing while nobody listens.
/// </summary>
internal sealed class TunnelMetrics : IDisposable
{
    /// <summary>Edges and cameras with series of their own; those beyond, in the order of their ids, have none, so that a collector is not drowned.</summary>
    internal const int MaxEdges = 2000, MaxCameras = 8000;

    internal const string EdgeKey = "guardian.edge.id", CameraKey = "guardian.camera.id";

    private static readonly HealthLevel[] Levels = Enum.GetValues<HealthLevel>();
    private static readonly EdgeConnectionState[] States = Enum.GetValues<EdgeConnectionState>();

    private readonly Meter _meter = new(GuardianTunnelTelemetry.MeterName, typeof(TunnelMetrics).Assembly.GetName().Version?.ToString(3));
    private readonly Counter<long> _callsRefused;
    private readonly Counter<long> _telemetryRefused;
    private readonly Counter<long> _events;
    private readonly Counter<long> _clips;
    private readonly Counter<long> _clipBytes;
    private readonly Counter<long> _commands;
    private readonly Func<IReadOnlyCollection<EdgeStatus>> _statuses;
    private readonly Func<int?> _tunnelPeers;

    /// <param name="statuses">How the edges are.</param>
    /// <param name="tunnelPeers">Peers of the WireGuard interface; null without one.</param>
    public TunnelMetrics(Func<IReadOnlyCollection<EdgeStatus>> statuses, Func<int?> tunnelPeers)
    {
        _statuses = statuses;
        _tunnelPeers = tunnelPeers;
        _callsRefused = _meter.CreateCounter<long>("guardian.calls.refused", "{call}", "Calls of edges that were refused.");
        _telemetryRefused = _meter.CreateCounter<long>("guardian.telemetry.refused", "{sample}", "Samples of telemetry that were refused, because a value was out of its range.");
        _events = _meter.CreateCounter<long>("guardian.events.accepted", "{event}", "Events that were taken from edges.");
        _clips = _meter.CreateCounter<long>("guardian.clips.accepted", "{clip}", "Clips that were taken from edges.");
        _clipBytes = _meter.CreateCounter<long>("guardian.clips.io", "By", "Bytes of clips that were taken from edges.");
        _commands = _meter.CreateCounter<long>("guardian.commands.settled", "{command}", "Commands to edges that have their outcome.");
        CreateNodeInstruments();
        CreateEdgeInstruments();
        CreateSystemInstruments();
        CreateCameraInstruments();
    }

    /// <summary>The meter itself, so that a listener can tell this gateway's from another's.</summary>
    internal Meter Meter => _meter;

    /// <summary>A call was refused.</summary>
    /// <param name="reason">A word of a small set, such as <c>revoked</c>.</param>
    public void CallRefused(string reason) => _callsRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A sample of telemetry was out of range.</summary>
    public void TelemetryRefused(EdgeId edge) => _telemetryRefused.Add(1, new KeyValuePair<string, object?>(EdgeKey, edge.ToString()));

    /// <summary>Events were taken.</summary>
    public void EventsAccepted(int count) => _events.Add(count);

    /// <summary>Bytes of a clip were taken.</summary>
    public void ClipBytes(int bytes) => _clipBytes.Add(bytes);

    /// <summary>A clip was taken whole.</summary>
    public void ClipAccepted() => _clips.Add(1);

    /// <summary>A command has its outcome.</summary>
    public void CommandSettled(EdgeCommandState state) => _commands.Add(1, new KeyValuePair<string, object?>("outcome", Word(state)));

    public void Dispose() => _meter.Dispose();

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static Measurement<T> Of<T>(T value, EdgeStatus status, string? key = null, string? word = null) where T : struct => key is null
        ? new Measurement<T>(value, new KeyValuePair<string, object?>(EdgeKey, status.Health.Edge.ToString()))
        : new Measurement<T>(value, new KeyValuePair<string, object?>(EdgeKey, status.Health.Edge.ToString()), new KeyValuePair<string, object?>(key, word));

    private void CreateNodeInstruments()
    {
        _meter.CreateObservableUpDownCounter(
            "guardian.edges",
            () => States.Select(s => new Measurement<long>(_statuses().Count(e => e.Connection.State == s), new KeyValuePair<string, object?>("guardian.edge.state", Word(s)))),
            "{edge}",
            "Edges that may speak, by the state of their connection.");
        _meter.CreateObservableUpDownCounter(
            "guardian.wireguard.peers", () => _tunnelPeers() is { } peers ? [new Measurement<long>(peers)] : Array.Empty<Measurement<long>>(), "{peer}", "Peers of the WireGuard interface.");
    }

    private void CreateEdgeInstruments()
    {
        _meter.CreateObservableGauge(
            "guardian.edge.health",
            () => Edges().SelectMany(e => Levels.Select(l => Of(e.Health.Level == l ? 1L : 0L, e, "guardian.health.level", Word(l)))),
            null,
            "1 for the level of health that the edge has, 0 for the others.");
        _meter.CreateObservableGauge(
            "guardian.edge.clock.offset",
            () => Edges().Where(e => e.Connection.ClockOffset is not null).Select(e => Of(e.Connection.ClockOffset!.Value.TotalSeconds, e)),
            "s",
            "How far the edge's clock is ahead of the node's.");
        _meter.CreateObservableGauge(
            "guardian.edge.latency",
            () => Edges().Where(e => e.Connection.LatencyMedian is not null).SelectMany(e => new[]
            {
                Of(e.Connection.LatencyMedian!.Value.TotalSeconds, e, "guardian.percentile", "50"),
                Of(e.Connection.LatencyP95!.Value.TotalSeconds, e, "guardian.percentile", "95"),
            }),
            "s",
            "Round trips over the edge's command stream.");
        _meter.CreateObservableCounter(
            "guardian.edge.network.io",
            () => Edges().SelectMany(e => new[] { Of(e.Connection.BytesReceived, e, "network.io.direction", "receive"), Of(e.Connection.BytesSent, e, "network.io.direction", "transmit") }),
            "By",
            "Bytes between the edge and the node over TCP, since the gateway's start.");
        Observe("guardian.edge.event_queue.length", "{event}", "Events that wait on the edge to be sent.", TelemetryMetric.EventQueueLength);
        Observe("guardian.edge.cameras.active", "{camera}", "Cameras that the edge takes pictures from.", TelemetryMetric.ActiveCameras);
        Observe("guardian.edge.inference.duration", "s", "What the edge's model takes for a picture.", TelemetryMetric.InferenceTimeMs, 0.001);
        Observe("guardian.edge.clips.stored", "{clip}", "Clips that the edge holds.", TelemetryMetric.ClipsCount);
        Observe("guardian.edge.clips.usage", "By", "Size of the clips that the edge holds.", TelemetryMetric.ClipsSizeBytes);
    }

    /// <summary>Names of https://opentelemetry.io/docs/specs/semconv/system/system-metrics/.</summary>
    private void CreateSystemInstruments()
    {
        Observe("system.cpu.utilization", "1", "Share of the edge's processors that is busy.", TelemetryMetric.CpuUsagePercent, 0.01);
        Observe("system.memory.usage", "By", "The edge's memory in use.", TelemetryMetric.MemoryUsedBytes, 1, "system.memory.state");
        Observe("system.memory.limit", "By", "The edge's memory.", TelemetryMetric.MemoryTotalBytes);
        Observe("system.filesystem.usage", "By", "What is in use of the edge's disk.", TelemetryMetric.DiskUsedBytes, 1, "system.filesystem.state");
        Observe("system.filesystem.limit", "By", "The size of the edge's disk.", TelemetryMetric.DiskTotalBytes);
        Observe("system.filesystem.utilization", "1", "Share of the edge's disk that is in use.", TelemetryMetric.DiskUsagePercent, 0.01);
    }

    private void CreateCameraInstruments()
    {
        _meter.CreateObservableGauge(
            "guardian.camera.online", () => Cameras().Select(c => OfCamera(c.Camera.IsOnline ? 1L : 0L, c.Edge, c.Camera)), null, "1 when the edge reaches the camera, else 0.");
        _meter.CreateObservableGauge(
            "guardian.camera.silence",
            () => Cameras().Where(c => c.Camera.LastSeenAt is not null).Select(c => OfCamera(Math.Max(0, (c.At - c.Camera.LastSeenAt!.Value).TotalSeconds), c.Edge, c.Camera)),
            "s",
            "Time between when the camera was last seen and when its edge said so.");
    }

    private static Measurement<T> OfCamera<T>(T value, EdgeId edge, CameraSample camera) where T : struct =>
        new(value, new KeyValuePair<string, object?>(EdgeKey, edge.ToString()), new KeyValuePair<string, object?>(CameraKey, camera.CameraId));

    /// <summary>What can be added up over edges, which is all that is no share and no duration, is an up-down counter.</summary>
    private void Observe(string name, string unit, string description, TelemetryMetric metric, double scale = 1, string? stateKey = null)
    {
        IEnumerable<Measurement<double>> Measure() => Edges().Where(e => e.Newest?.Sample.Values.ContainsKey(metric) == true)
            .Select(e => Of(e.Newest!.Sample.Values[metric] * scale, e, stateKey, stateKey is null ? null : "used"));
        if (unit is "1" or "s")
        {
            _meter.CreateObservableGauge(name, Measure, unit, description);
        }
        else
        {
            _meter.CreateObservableUpDownCounter(name, Measure, unit, description);
        }
    }

    private IEnumerable<EdgeStatus> Edges() => _statuses().OrderBy(s => s.Health.Edge.ToString(), StringComparer.Ordinal).Take(MaxEdges);

    private IEnumerable<(EdgeId Edge, DateTimeOffset At, CameraSample Camera)> Cameras() =>
        Edges().Where(e => e.Newest is not null).SelectMany(e => e.Newest!.Sample.Cameras.Select(c => (e.Health.Edge, e.Newest.Sample.At, c))).Take(MaxCameras);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Guardian.Grpc;
using Guardian.Testing;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Telemetry;

/// <summary>Health of a real edge on a real gateway: announced when it changes, and told to whoever measures.</summary>
public sealed class EdgeHealthMonitorTests : GatewayFixture
{
    private readonly ConcurrentQueue<EdgeHealthChange> _changes = new();
    private EdgeClient _client = null!;
    private EdgeCredentials _credentials = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_client, _credentials) = await EnrolAsync();
        Server.Health.Changed += _changes.Enqueue;
    }

    public override async Task DisposeAsync()
    {
        _client.Dispose();
        _credentials.Dispose();
        await base.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task a_change_of_level_is_announced_once()
    {
        await SendAsync(50);
        await ChangedAsync(HealthLevel.Unknown, HealthLevel.Healthy);
        Time.Advance(TimeSpan.FromSeconds(10));
        await SendAsync(99);
        await ChangedAsync(HealthLevel.Healthy, HealthLevel.Unhealthy);
        Time.Advance(TimeSpan.FromSeconds(10));
        await SendAsync(98);
        Time.Advance(TimeSpan.FromSeconds(10));
        await SendAsync(50);
        await ChangedAsync(HealthLevel.Unhealthy, HealthLevel.Healthy);
        Assert.Empty(_changes);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_edge_whose_telemetry_stays_away_is_found_out_without_a_call()
    {
        await SendAsync(50);
        await ChangedAsync(HealthLevel.Unknown, HealthLevel.Healthy);
        Time.Advance(TimeSpan.FromMinutes(5));
        await ChangedAsync(HealthLevel.Healthy, HealthLevel.Degraded);
        Assert.Equal(HealthReasonCode.TelemetryStale, (await Server.Health.GetAsync(_credentials.EdgeId, None))!.Reasons[0].Code);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_heartbeat_tells_that_the_clock_is_wrong()
    {
        using GrpcChannel channel = EdgeChannel.Open(_credentials.Address, _credentials.Authorities, _credentials.Certificate);
        await channel.UnaryAsync(EdgeMethods.Heartbeat, new HeartbeatRequest { Timestamp = UnixNanoseconds.From(Time.GetUtcNow().AddMinutes(-11)) }, default, None);
        EdgeHealth health = (await Server.Health.GetAsync(_credentials.EdgeId, None))!;
        Assert.Equal((HealthLevel.Unhealthy, HealthReasonCode.ClockWrong), (health.Level, health.Reasons[0].Code));
        Assert.Equal("its clock is 11 min behind, 10 min are allowed", health.Reasons[0].Message);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_edge_that_is_shut_out_is_measured_no_more()
    {
        await SendAsync(50);
        await ChangedAsync(HealthLevel.Unknown, HealthLevel.Healthy);
        Assert.Single(Server.Health.List());
        await Registry.RevokeEdgeAsync(_credentials.EdgeId, "test", None);
        await Eventually.IsTrueAsync(() => Task.FromResult(Server.Health.List().Count == 0), "it is gone");
        Assert.Null(await Server.Health.GetAsync(EdgeId.New(), None));
    }

    [Fact(Timeout = 60_000)]
    public async Task instruments_tell_of_the_newest_sample_by_semantic_conventions()
    {
        await SendAsync(50);
        await ChangedAsync(HealthLevel.Unknown, HealthLevel.Healthy);
        await _client.SendTelemetryAsync(new TelemetryData { System = new SystemMetrics { CpuUsagePercent = 101 } }, None);
        ConcurrentDictionary<string, double> values = Observe();
        string edge = $"guardian.edge.id={_credentials.EdgeId}";
        Assert.Equal(0.125, values[$"system.cpu.utilization {edge}"]);
        Assert.Equal(0.5, values[$"system.filesystem.utilization {edge}"]);
        Assert.Equal(1 << 30, values[$"system.memory.usage {edge} system.memory.state=used"]);
        Assert.Equal(0.04, values[$"guardian.edge.inference.duration {edge}"], 9);
        Assert.Equal((1, 0), (values[$"guardian.edge.health {edge} guardian.health.level=healthy"], values[$"guardian.edge.health {edge} guardian.health.level=unhealthy"]));
        Assert.Equal(1, values[$"guardian.camera.online {edge} guardian.camera.id=front-door"]);
        Assert.Equal(1, values["guardian.edges guardian.edge.state=connected"]);
    }

    /// <summary>What this gateway's instruments say, by name and attributes.</summary>
    private ConcurrentDictionary<string, double> Observe()
    {
        var values = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (ReferenceEquals(instrument.Meter, Server.Metrics.Meter))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        void Take<T>(Func<T, double> convert) where T : struct => listener.SetMeasurementEventCallback<T>((instrument, value, tags, _) =>
        {
            var key = new List<string> { instrument.Name };
            foreach ((string name, object? tag) in tags)
            {
                key.Add($"{name}={tag}");
            }

            values[string.Join(' ', key)] = convert(value);
        });
        Take<long>(v => v);
        Take<double>(v => v);
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }

    private async Task SendAsync(double diskPercent)
    {
        SendTelemetryResponse response = await _client.SendTelemetryAsync(Samples.Data(Time.GetUtcNow(), d => d.System.DiskUsagePercent = diskPercent), None);
        Assert.True(response.Success, response.ErrorMessage);
    }

    private async Task ChangedAsync(HealthLevel from, HealthLevel to)
    {
        EdgeHealthChange change = await Eventually.GetAsync(() => Task.FromResult(_changes.TryDequeue(out EdgeHealthChange? c) ? c : null), $"{from} becomes {to}", TimeSpan.FromSeconds(40));
        Assert.Equal((from, to), (change.Before, change.Now.Level));
    }
}

using Google.Protobuf;
using Guardian.Testing;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Tunnel.Tests.Telemetry;

/// <summary>Mutated telemetry and heartbeats through everything behind the gate, into a real store.</summary>
public sealed class TelemetryFuzzTests : IAsyncLifetime
{
    private const int Inputs = 100_000, Group = 64;
    private const long Growth = 16 << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(Samples.Start);
    private readonly EdgeId _edge = EdgeId.New();
    private SqliteTelemetryStore _store = null!;
    private EdgeRegistry _registry = null!;
    private EdgeConnections _connections = null!;
    private EdgeHealthMonitor _health = null!;
    private TunnelMetrics _metrics = null!;
    private TelemetryIntake _intake = null!;

    public Task InitializeAsync()
    {
        _store = new SqliteTelemetryStore(_folder.File("telemetry.db"), Samples.Options, _time);
        _registry = new EdgeRegistry(_folder.File("registry.db"), _time);
        _connections = new EdgeConnections(new TunnelOptions(), _time);
        _health = new EdgeHealthMonitor(_store, _registry, _connections.Get, new HealthOptions(), _time, NullLogger.Instance);
        _metrics = new TunnelMetrics(() => _health.Statuses, () => null);
        _intake = new TelemetryIntake(_store, Samples.Options, _connections, _health, _metrics, _time);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _metrics.Dispose();
        await _registry.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 300_000)]
    public async Task mutated_telemetry_is_stored_or_refused_with_a_reason()
    {
        byte[] seed = new SendTelemetryRequest { Telemetry = Samples.Data(Samples.Start) }.ToByteArray();
        int stored = 0, refused = 0;
        await RunAsync(seed, async message =>
        {
            if (Parse(SendTelemetryRequest.Parser, message)?.Telemetry is not { } telemetry)
            {
                return;
            }

            if (_intake.Check(telemetry) is { } error)
            {
                Assert.Matches("^[a-z_]+(\\[\\d+\\])?(\\.[a-z_]+)?: .", error);
                Interlocked.Increment(ref refused);
                return;
            }

            Assert.True((await _intake.AcceptAsync(_edge, telemetry, CancellationToken.None)).Success);
            Interlocked.Increment(ref stored);
        });

        // Both happened often, else this would have tested little.
        Assert.True(stored > 1000 && refused > 1000, $"{stored} stored, {refused} refused");
        _time.Advance(TimeSpan.FromMinutes(15));
        await _store.MaintainAsync(CancellationToken.None);
        IReadOnlyList<TelemetryPoint> days = await _store.QueryAsync(
            new TelemetryQuery { Edge = _edge, From = Samples.Start.AddDays(-1), To = Samples.Start.AddDays(1), Resolution = TelemetryResolution.Day }, CancellationToken.None);
        Assert.All(days.SelectMany(d => d.Values.Values), v => Assert.True(double.IsFinite(v.Mean) && v.Minimum >= 0 && v.Minimum <= v.Mean && v.Mean <= v.Maximum));
    }

    [Fact(Timeout = 120_000)]
    public async Task mutated_heartbeats_are_answered()
    {
        byte[] seed = new HeartbeatRequest { Timestamp = UnixNanoseconds.From(Samples.Start), EdgeId = "garage" }.ToByteArray();
        await RunAsync(seed, message =>
        {
            if (Parse(HeartbeatRequest.Parser, message) is { } beat)
            {
                Assert.Equal(UnixNanoseconds.From(Samples.Start), _intake.Beat(_edge, beat).ServerTimestamp);
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>What cannot be parsed never reaches the handlers; the gateway's own fuzz covers it.</summary>
    private static T? Parse<T>(MessageParser<T> parser, byte[] message) where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static async Task RunAsync(byte[] seed, Func<byte[], Task> handle)
    {
        var random = new Random(seed.Length);
        long before = 0;
        for (int i = 0; i < Inputs; i += Group)
        {
            await Task.WhenAll(Enumerable.Range(i, Group).Select(n => handle(MessageMutator.Mutate(seed, random, n))));
            if (i == Inputs / 5 / Group * Group)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Growth);
    }
}

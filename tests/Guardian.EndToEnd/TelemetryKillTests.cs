using System.Text.Json;
using Guardian.EndToEnd.Support;
using Guardian.Grpc;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

/// <summary>Roll-ups of a node that is killed again and again are those of one that never was.</summary>
public sealed class TelemetryKillTests
{
    private const int Kills = 8, Spacing = 2, Places = 2400;
    private int _sent;

    [Fact(Timeout = 300_000)]
    public async Task every_acknowledged_sample_is_in_its_minute_and_hour_once_however_often_the_node_is_killed()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        using EdgeCredentials credentials = EdgeCredentials.Load(await node.EnrolAsync());
        using var client = new EdgeClient(credentials);

        // In the past, so that their minutes are over and are computed while more samples for them come in.
        DateTimeOffset first = Floor(TimeProvider.System.GetUtcNow().AddMinutes(-90));
        var sent = new SortedDictionary<DateTimeOffset, double>();
        using var stop = new CancellationTokenSource();
        Task sender = Task.Run(() => SendAsync(client, first, sent, stop.Token));
        var random = new Random(5);
        for (int i = 0; i < Kills; i++)
        {
            // Not a wait for anything: the moment of the kill is what is random.
            await Task.Delay(random.Next(20, 700));
            await node.Node.KillAsync();
            await node.Node.StartAsync(CancellationToken.None);
        }

        int before = Volatile.Read(ref _sent);
        await Eventually.IsTrueAsync(() => Task.FromResult(Volatile.Read(ref _sent) is var now && (now > before || now == Places)), "sending goes on after the last kill");
        await stop.CancelAsync();
        await sender;
        await Eventually.IsTrueAsync(async () => await CountAsync(node, credentials, first, "minute") == sent.Count, "every sample is in a minute", TimeSpan.FromSeconds(60));
        foreach ((string resolution, int seconds) in new[] { ("minute", 60), ("hour", 3600) })
        {
            var expected = sent.GroupBy(s => s.Key.ToUnixTimeSeconds() / seconds * seconds).Select(g => (At: g.Key, Count: (long)g.Count(), Min: g.Min(v => v.Value), Max: g.Max(v => v.Value), Last: g.Last().Value));
            var stored = (await PointsAsync(node, credentials, first, resolution)).Select(p =>
            {
                JsonElement cpu = p.GetProperty("metrics").GetProperty("cpu_usage_percent");
                double Of(string name) => cpu.GetProperty(name).GetDouble();
                return (At: p.GetProperty("at").GetDateTimeOffset().ToUnixTimeSeconds(), Count: cpu.GetProperty("count").GetInt64(), Min: Of("min"), Max: Of("max"), Last: Of("last"));
            });
            Assert.Equal(expected, stored);
        }
    }

    /// <summary>As an edge does: while the node is away, try again. A sample that was stored without the edge hearing of it is sent twice.</summary>
    private async Task SendAsync(EdgeClient client, DateTimeOffset first, SortedDictionary<DateTimeOffset, double> sent, CancellationToken cancellationToken)
    {
        for (int i = 0; i < Places && !cancellationToken.IsCancellationRequested; i++)
        {
            // Back and forth over 80 minutes, every place once, so that some come late to minutes that were computed.
            DateTimeOffset at = first.AddSeconds(Spacing * (i * 7919 % Places));
            double cpu = i % 101;
            await RetryAsync(() => client.SendTelemetryAsync(
                new TelemetryData { Timestamp = UnixNanoseconds.From(at), System = new SystemMetrics { CpuUsagePercent = cpu } }, CancellationToken.None));
            sent[at] = cpu;
            Volatile.Write(ref _sent, sent.Count);
        }
    }

    private static async Task RetryAsync(Func<Task<SendTelemetryResponse>> call)
    {
        while (true)
        {
            try
            {
                SendTelemetryResponse response = await call();
                Assert.True(response.Success, response.ErrorMessage);
                return;
            }
            catch (RpcException e) when (e.IsTransient || e.StatusCode is StatusCode.Cancelled or StatusCode.Internal)
            {
                await Task.Delay(20);
            }
        }
    }

    private static async Task<long> CountAsync(RunningNode node, EdgeCredentials credentials, DateTimeOffset first, string resolution) =>
        (await PointsAsync(node, credentials, first, resolution)).Sum(p => p.GetProperty("metrics").GetProperty("cpu_usage_percent").GetProperty("count").GetInt64());

    private static async Task<JsonElement[]> PointsAsync(RunningNode node, EdgeCredentials credentials, DateTimeOffset first, string resolution) =>
        [.. (await node.Api.GetAsync($"edges/{credentials.EdgeId}/telemetry?resolution={resolution}&from={first.UtcDateTime:O}", CancellationToken.None)).GetProperty("points").EnumerateArray()];

    private static DateTimeOffset Floor(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() / 60 * 60);
}

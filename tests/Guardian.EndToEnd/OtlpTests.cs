using Guardian.EndToEnd.Support;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

public sealed class OtlpTests
{
    [Fact(Timeout = 120_000)]
    public async Task a_node_sends_its_metrics_to_the_receiver_that_its_settings_name()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder.File("guardian.json"), $$"""{ "Guardian": { "Telemetry": { "OtlpEndpoint": "{{receiver.Address}}", "OtlpProtocol": "http/protobuf", "OtlpInterval": "00:00:01" } } }""");
        await using RunningNode node = await RunningNode.StartAsync(folder.Path);
        using EdgeClient client = await node.ConnectAsync();
        await client.SendTelemetryAsync(new TelemetryData { System = new SystemMetrics { CpuUsagePercent = 50 } }, CancellationToken.None);

        (string, string)[] expected =
        [
            ("Guardian.Tunnel", "system.cpu.utilization"), ("Guardian.Tunnel", "guardian.edge.health"), ("System.Runtime", "dotnet.process.memory.working_set"),
            ("Microsoft.AspNetCore.Server.Kestrel", "kestrel.active_connections"),
        ];
        await Eventually.IsTrueAsync(() => Task.FromResult(expected.All(receiver.Metrics.ContainsKey)), "the receiver has them", TimeSpan.FromSeconds(60));
    }
}

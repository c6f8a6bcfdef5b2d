using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel;

namespace Guardian.EndToEnd;

/// <summary>An edge in the field, in another language on another gRPC library, that knows none of the fields added since.</summary>
public sealed class FieldedEdgeTests
{
    [RequiresFact(PythonPeer.Library, Timeout = 120_000)]
    public async Task a_c_core_client_takes_over_after_enrolment_and_gets_the_answers_it_expects()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        string credentials = await node.EnrolAsync("fielded");
        string contract = await FieldedContract.WriteAsync(node.File("contract.pb"));
        byte[] clip = await new Sealer(node.Customer.PublicKey).SealAsync(new byte[3_000_000], "video/mp4");
        await File.WriteAllBytesAsync(node.File("clip.sealed"), clip);
        string eventId = Guid.NewGuid().ToString();
        await using (PythonPeer edge = PythonPeer.Start("fielded_edge.py", contract, credentials, eventId, node.File("clip.sealed")))
        {
            await edge.EndsWellAsync();
        }

        JsonElement stored = (await node.Api.GetAsync($"events/{eventId}", CancellationToken.None)).GetProperty("event");
        Assert.Equal(("rtsp-192.168.1.100", "person_detected", 0.87), (stored.GetProperty("camera_id").GetString(), stored.GetProperty("type").GetString(), stored.GetProperty("confidence").GetDouble()));
        Assert.Equal(clip.Length, await node.Api.LengthAsync($"events/{eventId}/clip", CancellationToken.None));

        // Four of the batch, the good one beside a refused one, the single one; none of them twice, though most were sent again.
        Assert.Equal(6, (await node.Api.GetAsync("events?limit=500", CancellationToken.None)).GetProperty("events").GetArrayLength());
        JsonElement camera = Assert.Single((await node.Api.GetAsync("cameras", CancellationToken.None)).EnumerateArray());
        Assert.Equal(("rtsp-192.168.1.100", "Yard", "needs_snapshots"), (camera.GetProperty("id").GetString(), camera.GetProperty("name").GetString(), camera.GetProperty("readiness").GetString()));
    }

    [RequiresFact(PythonPeer.Library, Timeout = 180_000)]
    public async Task a_c_core_server_is_commanded_as_any_edge_is_and_what_waited_for_it_is_delivered_once()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        using EdgeCredentials credentials = EdgeCredentials.Load(await node.EnrolAsync("fielded"));
        string id = credentials.EdgeId.ToString(), port = LoopbackPort.Find().ToString(CultureInfo.InvariantCulture);
        string contract = await FieldedContract.WriteAsync(node.File("contract.pb"));

        // Nobody is there yet.
        await node.Operator.RunAsync("edge", "control", id, $"http://127.0.0.1:{port}");
        string queued = await node.Operator.RunAsync("edge", "command", id, "restart_service", """{"service_name": "detector"}""", "--wait", "2");
        Assert.Contains("restart_service: queued", queued, StringComparison.Ordinal);

        await using PythonPeer edge = PythonPeer.Start("fielded_control.py", contract, port);
        await edge.SaysAsync("listening");
        string settled = $"command_settled  {id}  restart_service {CommandOf(queued)}: Succeeded";
        await Eventually.IsTrueAsync(
            async () => (await node.Operator.RunAsync("audit", "--edge", id)).Contains(settled, StringComparison.Ordinal), "what waited is delivered", TimeSpan.FromSeconds(60));

        List<string> outcomes =
        [
            await node.Operator.RunAsync(Command(id, "get_config", "{}")),
            await node.Operator.RunAsync(Command(id, "update_config", """{"config_json": "{\"fps\": 10}"}""")),
            await node.Operator.RunAsync(Command(id, "get_config", "{}")),
            await FailAsync(node, Command(id, "update_config", """{"config_json": "{}"}""")),
            await FailAsync(node, Command(id, "restart_service", """{"service_name": "oven"}""")),
            await FailAsync(node, Command(id, "get_status", "{}")),
        ];
        Assert.Collection(
            outcomes,
            o => Assert.Matches("get_config: succeeded\n\\{\"fps\": 5\\}", o),
            o => Assert.EndsWith("update_config: succeeded", o, StringComparison.Ordinal),
            o => Assert.Matches("get_config: succeeded\n\\{\"fps\": 10\\}", o),
            o => Assert.EndsWith("update_config: failed, fps is missing", o, StringComparison.Ordinal),
            o => Assert.EndsWith("restart_service: failed, there is no oven", o, StringComparison.Ordinal),
            o => Assert.Contains("get_status: unsupported", o, StringComparison.Ordinal));
        Assert.Equal(
            ["RestartService detector", "GetConfig", "UpdateConfig {\"fps\": 10}", "GetConfig", "UpdateConfig {}", "RestartService oven"], edge.Lines.Where(l => l.StartsWith('{')).Select(Describe));
        await CheckAuditAsync(node, id, [queued, .. outcomes]);
    }

    private static string[] Command(string edge, string action, string fields) => ["edge", "command", edge, action, fields, "--wait", "20"];

    private static async Task<string> FailAsync(RunningNode node, string[] command)
    {
        (int code, string output) = await node.Operator.TryAsync(command);
        Assert.True(code == 1, output);
        return output;
    }

    /// <summary>Every command was issued by this person and settled once.</summary>
    private static async Task CheckAuditAsync(RunningNode node, string edge, IEnumerable<string> outputs)
    {
        string[] audit = (await node.Operator.RunAsync("audit", "--edge", edge)).Split('\n');
        foreach (string output in outputs)
        {
            string command = CommandOf(output);
            Assert.Single(audit, l => Regex.IsMatch(l, $"  operator:[^ ]+  command_issued  {edge}  [a-z_]+ {command}"));
            Assert.Single(audit, l => l.Contains($"command_settled  {edge}  ", StringComparison.Ordinal) && l.Contains(command, StringComparison.Ordinal));
        }
    }

    private static string CommandOf(string output) => Regex.Match(output, "[0-9a-f]{32}(?= )").Value;

    private static string Describe(string line)
    {
        JsonElement call = JsonDocument.Parse(line).RootElement;
        string detail = call.TryGetProperty("config", out JsonElement of) || call.TryGetProperty("service", out of) ? $" {of.GetString()}" : "";
        return call.GetProperty("call").GetString() + detail;
    }
}

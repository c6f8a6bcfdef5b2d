using System.Text.Json;
using System.Text.RegularExpressions;
using Guardian.Demo;
using Guardian.EndToEnd.Support;
using Guardian.Grpc;
using Guardian.Testing;
using Guardian.Tunnel;

namespace Guardian.EndToEnd;

/// <summary>The node's certificate authority is replaced by its operator while edges are at work.</summary>
public sealed class AuthorityRotationTests
{
    private const string Present = "present", Returning = "returning", Away = "away";

    [Fact(Timeout = 240_000)]
    public async Task edges_at_work_renew_by_themselves_and_whoever_is_away_is_not_shut_out_unasked()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        Dictionary<string, string> folders = [], ids = [];
        foreach (string name in (string[])[Present, Returning, Away])
        {
            folders[name] = await node.EnrolAsync(name);
            using EdgeCredentials credentials = EdgeCredentials.Load(folders[name]);
            ids[name] = credentials.EdgeId.ToString();
        }

        string old = Assert.Single(Fingerprints(await node.Operator.RunAsync("authority", "show")));
        string serial = SerialOf(folders[Present]);
        await using ChildProcess present = Send(node, Present, folders[Present]);
        await ArrivesAsync(node, Present, DateTimeOffset.MinValue);
        Assert.Contains("authority finish", await node.Operator.RunAsync("authority", "rotate"), StringComparison.Ordinal);

        await WaitsForAsync(node, ids[Returning], ids[Away]);
        Assert.NotEqual(serial, SerialOf(folders[Present]));
        (int code, string refusal) = await node.Operator.TryAsync("authority", "finish");
        Assert.Equal(1, code);
        Assert.Contains("Nothing was changed", refusal, StringComparison.Ordinal);
        Assert.Equal([ids[Returning], ids[Away]], Listed(refusal));

        // A node that is killed in between goes on with both.
        await node.Node.KillAsync();
        await node.Node.StartAsync(CancellationToken.None);
        await using (ChildProcess returning = Send(node, Returning, folders[Returning]))
        {
            await WaitsForAsync(node, ids[Away]);
        }

        string[] both = Fingerprints(await node.Operator.RunAsync("authority", "show"));
        Assert.Equal(2, both.Length);
        Assert.Contains(old, both);
        Assert.Contains("The only authority now is", await node.Operator.RunAsync("authority", "finish", "--force"), StringComparison.Ordinal);
        Assert.Equal(both.Except([old]), Fingerprints(await node.Operator.RunAsync("authority", "show")));

        await ArrivesAsync(node, Present, TimeProvider.System.GetUtcNow());
        await node.Node.KillAsync();
        await node.Node.StartAsync(CancellationToken.None);
        await ArrivesAsync(node, Present, TimeProvider.System.GetUtcNow());
        Assert.False(present.HasExited, present.Tail);
        await using ChildProcess back = Send(node, Returning, folders[Returning]);
        await ArrivesAsync(node, Returning, TimeProvider.System.GetUtcNow());
        await IsShutOutAsync(folders[Away]);
        Assert.Equal(2, Regex.Count(await node.Operator.RunAsync("audit"), "authority_rotated"));
    }

    /// <summary>An edge at work: its agent, and an event every now and then.</summary>
    private static ChildProcess Send(RunningNode node, string name, string credentials) =>
        ChildProcess.Start(Programs.Edge, "send", "--credentials", credentials, "--work", node.File($"{name}.work"), "--camera", name, "--events", "100000", "--rate", "5");

    private static Task ArrivesAsync(RunningNode node, string camera, DateTimeOffset since) => Eventually.IsTrueAsync(
        async () =>
        {
            JsonElement page = await node.Api.GetAsync($"events?camera={camera}&limit=1", CancellationToken.None);
            return page.GetProperty("events").EnumerateArray().Any(e => e.GetProperty("received_at").GetDateTimeOffset() > since);
        },
        $"an event of {camera} arrives",
        TimeSpan.FromSeconds(60));

    /// <summary>Waits until these edges, and no others, have not renewed.</summary>
    private static Task WaitsForAsync(RunningNode node, params string[] ids) => Eventually.IsTrueAsync(
        async () => Listed(await node.Operator.RunAsync("authority", "show")).SequenceEqual(ids), $"all but {string.Join(' ', ids)} have renewed", TimeSpan.FromSeconds(60));

    private static async Task IsShutOutAsync(string credentials)
    {
        using EdgeCredentials loaded = EdgeCredentials.Load(credentials);
        using var client = new EdgeClient(loaded);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => client.HeartbeatAsync(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
    }

    private static string[] Fingerprints(string output) => [.. Regex.Matches(output, "^[0-9a-f]{64}$", RegexOptions.Multiline).Select(m => m.Value)];

    private static string[] Listed(string output) => [.. Regex.Matches(output, "^  (edge-[0-9a-f]+) ", RegexOptions.Multiline).Select(m => m.Groups[1].Value)];

    private static string SerialOf(string credentials)
    {
        using EdgeCredentials loaded = EdgeCredentials.Load(credentials);
        return loaded.Certificate.SerialNumber;
    }
}

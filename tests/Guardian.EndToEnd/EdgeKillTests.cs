using Guardian.Demo;
using Guardian.EndToEnd.Support;

namespace Guardian.EndToEnd;

/// <summary>What an edge says it has queued is on the node in the end, however often either of them is killed.</summary>
public sealed class EdgeKillTests
{
    private const int Kills = 20, NodeKillEvery = 5, ClipBytes = 200_000;

    [Fact(Timeout = 400_000)]
    public async Task what_an_edge_has_queued_reaches_the_node_once_and_in_order_though_both_are_killed()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        string credentials = await node.EnrolAsync(), work = node.File("work");
        var load = new SentLoad();
        var random = new Random(23);
        for (int i = 1; i <= Kills; i++)
        {
            await SendUntilKilledAsync(credentials, work, TimeSpan.FromMilliseconds(random.Next(700)), i % NodeKillEvery == 0 ? node : null, load);
        }

        (int code, string output) = await ChildProcess.RunAsync(Programs.Edge, Send(credentials, work, 0), CancellationToken.None);
        Assert.True(code == 0, output);
        Assert.True(load.Events.Count > Kills, $"{load.Events.Count} events were queued");
        await load.CheckEventsAsync(node, Kills);
        await load.CheckClipsAsync(node);
    }

    private static string[] Send(string credentials, string work, int events) =>
        ["send", "--credentials", credentials, "--work", work, "--camera", SentLoad.Camera, "--events", $"{events}", "--clip-bytes", $"{ClipBytes}", "--rate", "100"];

    /// <summary>Lets an edge queue and send, and kills it at some moment after its first event.</summary>
    /// <param name="credentials">The edge's credentials.</param>
    /// <param name="work">The edge's folder, the same over all its lives.</param>
    /// <param name="life">How long it goes on after its first event.</param>
    /// <param name="dying">A node that is killed while the edge sends and is back before the edge is.</param>
    /// <param name="load">Takes what it says was queued.</param>
    private static async Task SendUntilKilledAsync(string credentials, string work, TimeSpan life, RunningNode? dying, SentLoad load)
    {
        await using ChildProcess edge = ChildProcess.Start(Programs.Edge, Send(credentials, work, 100_000));
        Task? killed = null;
        await foreach (string line in edge.LinesAsync(CancellationToken.None))
        {
            load.Add(line);
            killed ??= KillAsync(edge, life, dying);
        }

        Assert.True(killed is not null, $"the edge ended by itself: {edge.Tail}");
        await killed;
    }

    private static async Task KillAsync(ChildProcess edge, TimeSpan life, RunningNode? dying)
    {
        // Not a wait for anything: the moment of the kill is what is random.
        await Task.Delay(life / 2);
        await (dying?.Node.KillAsync() ?? Task.CompletedTask);
        await Task.Delay(life / 2);
        await edge.KillAsync();
        await (dying?.Node.StartAsync(CancellationToken.None) ?? Task.CompletedTask);
    }
}

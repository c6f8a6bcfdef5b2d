using Guardian.Testing;

namespace Guardian.EndToEnd.WireGuard;

/// <summary>New keys for the tunnel, by the operator's commands, with edges that learn of them in time and with one that does not.</summary>
[Collection("tunnel")]
public sealed class KeyRotationTests
{
    [RequiresNamespacesFact(Timeout = 180_000)]
    public async Task both_keys_change_under_an_edge_that_sends()
    {
        await using TunnelSite site = await TunnelSite.StartAsync();
        await using SendingEdge edge = await site.EnrolAsync("edge");
        await edge.StartAsync();
        await site.ReceivesAsync(await edge.NextEventAsync(), "before the rotation");
        string nodeKey = await site.PublicKeyAsync(), edgeKey = Assert.Single(await site.PeersAsync());

        await site.Running.Operator.RunAsync("wireguard", "prepare-key");
        await Eventually.IsTrueAsync(async () => (await site.Running.Operator.TryAsync("wireguard", "switch-key")).ExitCode == 0, "the edge knows the next key", TimeSpan.FromSeconds(60));
        await Eventually.IsTrueAsync(async () => await site.PublicKeyAsync() != nodeKey, "the node has its new key");
        await site.ReceivesAsync(await edge.NextEventAsync(), "after the rotation");
        await Eventually.IsTrueAsync(async () => await site.PeersAsync() is [var key] && key != edgeKey, "the edge has its new key, and the former one is out", TimeSpan.FromSeconds(60));
        await site.ReceivesAsync(await edge.NextEventAsync(), "with both keys new");
        await edge.CheckAllArrivedAsync();
    }

    [RequiresNamespacesFact(Timeout = 180_000)]
    public async Task an_edge_that_was_away_holds_the_rotation_up_and_finds_back_when_it_was_forced()
    {
        await using TunnelSite site = await TunnelSite.StartAsync();
        await using SendingEdge edge = await site.EnrolAsync("edge");
        string former = await site.PublicKeyAsync();
        await site.Running.Operator.RunAsync("wireguard", "prepare-key");
        (int code, string refusal) = await site.Running.Operator.TryAsync("wireguard", "switch-key");
        Assert.Equal(1, code);
        Assert.Contains($"{edge.Id} does not know the next key yet.", refusal, StringComparison.Ordinal);
        Assert.Equal(former, await site.PublicKeyAsync());

        await site.Running.Operator.RunAsync("wireguard", "switch-key", "--force");
        await Eventually.IsTrueAsync(async () => await site.PublicKeyAsync() != former, "the node has its new key");
        await edge.StartAsync(lostAfter: 5);
        await site.ReceivesAsync(await edge.NextEventAsync(), "after it found back");
        await edge.CheckAllArrivedAsync();
    }
}

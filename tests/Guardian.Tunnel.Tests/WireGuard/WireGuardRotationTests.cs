using System.Diagnostics;
using Xunit.Abstractions;

namespace Guardian.Tunnel.Tests;

/// <summary>Keys are changed at both ends while an edge is in the field, over real wireguard-go: nobody is locked out, whoever is killed in between.</summary>
public sealed class WireGuardRotationTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [RequiresNamespacesTheory(Timeout = 300_000)]
    [InlineData("")]
    [InlineData("node killed after preparing")]
    [InlineData("edge restarted after the switch")]
    [InlineData("node killed after the switch")]
    [InlineData("node restarted after the switch")]
    public async Task the_nodes_key_changes_and_the_edge_follows(string mishap)
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync(orphaned: mishap.StartsWith("node killed", StringComparison.Ordinal));
        IWireGuardDevice device = await fixture.EdgeDeviceAsync();
        WireGuardLink link = await fixture.LinkAsync(device);
        await fixture.EdgeComesThroughAsync("traffic");
        WireGuardPublicKey old = fixture.Tunnel.PublicKey;

        // 1. The node makes the next key, and the edge learns it through the tunnel.
        WireGuardPublicKey next = fixture.Tunnel.PrepareKey();
        var both = new WireGuardNodeKeys(old, next);
        await link.SetNodeKeysAsync(both, None);
        Assert.Equal(2, (await device.ListPeersAsync(None)).Count);
        if (mishap == "node killed after preparing")
        {
            await fixture.RestartNodeAsync();
            Assert.Equal(next, fixture.Tunnel.NextPublicKey);
        }

        Assert.True(await fixture.EdgeReachesNodeAsync());
        Assert.Equal(old, link.ActiveNodeKey);

        // 2. The node switches.
        await fixture.Tunnel.SwitchKeyAsync(None);
        Assert.Equal(next, fixture.Tunnel.PublicKey);
        var watch = Stopwatch.StartNew();
        if (mishap is "node killed after the switch" or "node restarted after the switch")
        {
            await fixture.RestartNodeAsync();
            Assert.Equal(next, fixture.Tunnel.PublicKey);
        }
        else if (mishap == "edge restarted after the switch")
        {
            await link.DisposeAsync();
            await device.UpdatePeersAsync([], [old, next], None);
            link = await fixture.LinkAsync(device, nodeKeys: both);
        }

        // 3. The edge finds the new key by itself.
        await fixture.EdgeComesThroughAsync("traffic under the new key");
        output.WriteLine($"back after {watch.ElapsedMilliseconds} ms");
        Assert.Equal(next, link.ActiveNodeKey);

        // 4. The node tells that the rotation is over.
        await link.SetNodeKeysAsync(new WireGuardNodeKeys(next, null), None);
        Assert.Equal(next, Assert.Single(await device.ListPeersAsync(None)).PublicKey);
        Assert.True(await fixture.EdgeReachesNodeAsync());
        await link.DisposeAsync();
    }

    [RequiresNamespacesTheory(Timeout = 300_000)]
    [InlineData("")]
    [InlineData("node killed with the candidate")]
    [InlineData("edge restarted before its switch")]
    [InlineData("edge restarted after its switch")]
    [InlineData("node away while the edge switches")]
    public async Task the_edges_key_changes_and_it_keeps_its_address(string mishap)
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync(orphaned: mishap.StartsWith("node killed", StringComparison.Ordinal));
        IWireGuardDevice device = await fixture.EdgeDeviceAsync();
        WireGuardLink link = await fixture.LinkAsync(device);
        await fixture.EdgeComesThroughAsync("traffic");

        // 1. The edge makes a new key and sends its public half; the node has it as a candidate.
        var key = WireGuardPrivateKey.Generate();
        fixture.Source.Rotate(TunnelFixture.EdgeName, key.PublicKey);
        await fixture.Tunnel.ReconcileAsync(None);
        Assert.Empty((await fixture.Tunnel.ListPeersAsync(None)).Single(p => p.PublicKey.Equals(key.PublicKey)).AllowedAddresses);
        if (mishap == "node killed with the candidate")
        {
            await fixture.RestartNodeAsync();
        }
        else if (mishap == "edge restarted before its switch")
        {
            await link.DisposeAsync();
            link = await fixture.LinkAsync(device);
        }

        Assert.True(await fixture.EdgeReachesNodeAsync());

        // 2. The edge takes its new key.
        var watch = Stopwatch.StartNew();
        if (mishap == "node away while the edge switches")
        {
            await fixture.Tunnel.DisposeAsync();
        }

        if (mishap == "edge restarted after its switch")
        {
            await link.DisposeAsync();
            link = await fixture.LinkAsync(device, key);
        }
        else
        {
            await link.SetPrivateKeyAsync(key, None);
        }

        if (mishap == "node away while the edge switches")
        {
            await fixture.RestartNodeAsync();
        }

        // 3. The node sees it shake hands, and moves the address.
        await fixture.EdgeComesThroughAsync("traffic under the new key");
        output.WriteLine($"back after {watch.ElapsedMilliseconds} ms");
        Assert.Equal([key.PublicKey], fixture.Source.Confirmed);
        WireGuardPeerStatus only = Assert.Single(await fixture.Tunnel.ListPeersAsync(None));
        Assert.Equal(key.PublicKey, only.PublicKey);
        Assert.Equal(fixture.EdgeAddresses.ToNetworks().ToHashSet(), only.AllowedAddresses.ToHashSet());
        await link.DisposeAsync();
    }
}

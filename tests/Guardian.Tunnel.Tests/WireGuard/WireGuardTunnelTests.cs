using System.Diagnostics;
using Guardian.Testing;
using Xunit.Abstractions;

namespace Guardian.Tunnel.Tests;

/// <summary>The node's tunnel and an edge, over real wireguard-go in two namespaces.</summary>
public sealed class WireGuardTunnelTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task an_edge_in_the_registry_reaches_the_node_over_both_protocols()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        await using WireGuardLink link = await fixture.LinkAsync(await fixture.EdgeDeviceAsync());
        await fixture.EdgeComesThroughAsync("traffic");
        Assert.True(await Namespaces.PingsAsync(fixture.Namespaces.Edge, fixture.NodeAddress6));
        Assert.True(await Namespaces.PingsAsync(fixture.Namespaces.Node, fixture.EdgeAddresses.IPv4.ToString()));
        WireGuardPeerStatus peer = Assert.Single(await fixture.Tunnel.ListPeersAsync(None));
        Assert.NotNull(peer.LastHandshake);
        Assert.Equal(Namespaces.EdgeUnderlay, peer.Endpoint!.Address.ToString());
        Assert.True(peer is { ReceivedBytes: > 0, SentBytes: > 0 });
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task a_peer_that_leaves_the_registry_is_cut_off_at_once()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        await using WireGuardLink link = await fixture.LinkAsync(await fixture.EdgeDeviceAsync());
        await fixture.EdgeComesThroughAsync("traffic");
        fixture.Source.Remove(TunnelFixture.EdgeName);
        var watch = Stopwatch.StartNew();
        fixture.Tunnel.RequestReconcile();
        await Eventually.IsTrueAsync(async () => (await fixture.Tunnel.ListPeersAsync(None)).Count == 0, "the peer is gone", TimeSpan.FromSeconds(1));
        output.WriteLine($"cut off after {watch.ElapsedMilliseconds} ms");
        Assert.False(await fixture.EdgeReachesNodeAsync());
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task what_others_do_to_the_device_is_undone()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        using var device = new UapiWireGuardDevice(fixture.Namespaces.Node);
        WireGuardPublicKey stranger = WireGuardPrivateKey.Generate().PublicKey;
        await device.ConfigureAsync(WireGuardPrivateKey.Generate(), 51999, None);
        await device.UpdatePeersAsync([new WireGuardPeer { PublicKey = stranger }], [fixture.EdgeKey.PublicKey], None);

        Assert.Equal(new WireGuardReconciliation(1, 1, 0, 0), await fixture.Tunnel.ReconcileAsync(None));
        WireGuardDeviceStatus status = await device.GetStatusAsync(None);
        Assert.Equal(fixture.Tunnel.PublicKey, status.PublicKey);
        Assert.Equal(51820, status.ListenPort);
        Assert.Equal(fixture.EdgeKey.PublicKey, Assert.Single(status.Peers).PublicKey);
        Assert.Equal(new WireGuardReconciliation(0, 0, 0, 0), await fixture.Tunnel.ReconcileAsync(None));
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task two_edges_with_one_address_do_not_hold_up_the_rest()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        fixture.Source.Add("thief", WireGuardPrivateKey.Generate().PublicKey, fixture.EdgeAddresses);
        WireGuardPublicKey other = WireGuardPrivateKey.Generate().PublicKey;
        fixture.Source.Add("other", other, fixture.Tunnel.Addresses.OfEdge(2));
        Assert.Equal(new WireGuardReconciliation(1, 0, 0, 1), await fixture.Tunnel.ReconcileAsync(None));
        Assert.Equal([fixture.EdgeKey.PublicKey, other], (await fixture.Tunnel.ListPeersAsync(None)).Select(p => p.PublicKey).ToHashSet());
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task a_thousand_peers_are_reconciled()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        for (int i = 1; i < 1000; i++)
        {
            fixture.Source.Add($"edge {i}", WireGuardPrivateKey.Generate().PublicKey, fixture.Tunnel.Addresses.OfEdge(i + 1));
        }

        var watch = Stopwatch.StartNew();
        Assert.Equal(new WireGuardReconciliation(999, 0, 0, 0), await fixture.Tunnel.ReconcileAsync(None));
        output.WriteLine($"999 of 1000 peers added in {watch.ElapsedMilliseconds} ms");
        watch.Restart();
        Assert.Equal(new WireGuardReconciliation(0, 0, 0, 0), await fixture.Tunnel.ReconcileAsync(None));
        output.WriteLine($"1000 peers compared in {watch.ElapsedMilliseconds} ms");
        Assert.Equal(1000, (await fixture.Tunnel.ListPeersAsync(None)).Count);
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task a_wireguard_go_that_was_killed_is_replaced_and_the_edge_is_back()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        await using WireGuardLink link = await fixture.LinkAsync(await fixture.EdgeDeviceAsync());
        await fixture.EdgeComesThroughAsync("traffic");
        int? before = fixture.NodeInterface.ChildId;
        using (Process child = Process.GetProcessById(before!.Value))
        {
            child.Kill();
        }

        await fixture.EdgeComesThroughAsync("traffic after the kill");
        Assert.NotEqual(before, fixture.NodeInterface.ChildId);
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task a_node_that_was_killed_finds_its_interface_again()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync(orphaned: true);
        await using WireGuardLink link = await fixture.LinkAsync(await fixture.EdgeDeviceAsync());
        await fixture.EdgeComesThroughAsync("traffic");
        await fixture.RestartNodeAsync();
        Assert.Null(fixture.NodeInterface.ChildId);
        Assert.True(await fixture.EdgeReachesNodeAsync());
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task a_node_that_was_restarted_has_the_same_key_and_the_edge_is_back()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        await using WireGuardLink link = await fixture.LinkAsync(await fixture.EdgeDeviceAsync());
        await fixture.EdgeComesThroughAsync("traffic");
        WireGuardPublicKey key = fixture.Tunnel.PublicKey;
        await fixture.RestartNodeAsync();
        Assert.Equal(key, fixture.Tunnel.PublicKey);
        await fixture.EdgeComesThroughAsync("traffic after the restart");
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task a_registry_that_fails_is_asked_again()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        fixture.Source.Failure = new InvalidOperationException("no registry");
        fixture.Source.Remove(TunnelFixture.EdgeName);
        fixture.Tunnel.RequestReconcile();
        await Eventually.IsTrueAsync(async () => (await fixture.Tunnel.ListPeersAsync(None)).Count == 0, "the peer is gone");
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task handshake_silence_and_return_are_told()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        using var end = new CancellationTokenSource();
        await using IAsyncEnumerator<WireGuardPeerEvent> events = fixture.Tunnel.WatchAsync(end.Token).GetAsyncEnumerator(end.Token);
        await using WireGuardLink link = await fixture.LinkAsync(await fixture.EdgeDeviceAsync());

        WireGuardPeerEvent first = await NextAsync(events);
        Assert.Equal((WireGuardPeerEventKind.Handshake, fixture.EdgeKey.PublicKey, true), (first.Kind, first.PublicKey, first.AfterSilence));
        await fixture.Namespaces.SetCableAsync(up: false);
        WireGuardPeerEvent silence = await NextAsync(events);
        Assert.Equal((WireGuardPeerEventKind.Silence, fixture.EdgeKey.PublicKey), (silence.Kind, silence.PublicKey));
        await fixture.Namespaces.SetCableAsync(up: true);
        WireGuardPeerEvent back = await NextAsync(events);
        Assert.Equal((WireGuardPeerEventKind.Handshake, true), (back.Kind, back.AfterSilence));
        await end.CancelAsync();
    }

    [RequiresNamespacesFact(Timeout = 120_000)]
    public async Task a_client_configuration_brings_its_edge_into_the_tunnel()
    {
        await using TunnelFixture fixture = await TunnelFixture.StartAsync();
        TunnelAddresses addresses = fixture.Tunnel.Addresses.OfEdge(2);
        WireGuardClientConfiguration configuration = fixture.Options.MakeClientConfiguration(WireGuardPrivateKey.Generate(), addresses, fixture.Tunnel.PublicKey);
        fixture.Source.Add("image", configuration.PrivateKey.PublicKey, addresses);
        await fixture.Tunnel.ReconcileAsync(None);

        // As wg-quick does: what is wg's goes to wg, addresses and MTU to ip.
        WireGuardInterface edge = fixture.Namespaces.Interface(fixture.Namespaces.Edge, [.. fixture.Tunnel.Addresses.InterfaceOf(addresses)]);
        await edge.EnsureAsync(None);
        string forWg = string.Join('\n', configuration.ExportText().Split('\n').Where(l => !l.StartsWith("Address", StringComparison.Ordinal) && !l.StartsWith("MTU", StringComparison.Ordinal)));
        ToolResult result = await Namespaces.In(fixture.Namespaces.Edge).RunAsync("wg", ["setconf", fixture.Namespaces.Edge, "/dev/stdin"], forWg, None);
        Assert.True(result.ExitCode == 0, result.Error);
        await fixture.EdgeComesThroughAsync("traffic");
    }

    private static async Task<WireGuardPeerEvent> NextAsync(IAsyncEnumerator<WireGuardPeerEvent> events)
    {
        // Sessions are renewed now and then; what is looked for is a change.
        while (await events.MoveNextAsync())
        {
            if (events.Current is { Kind: WireGuardPeerEventKind.Silence } or { AfterSilence: true })
            {
                return events.Current;
            }
        }

        throw new InvalidOperationException("the watch ended");
    }
}

using System.Diagnostics;
using System.Net;
using Guardian.Testing;
using Xunit.Abstractions;

namespace Guardian.Tunnel.Tests;

/// <summary>Both providers against a real wireguard-go, to which the <c>wg</c> program speaks as it does to the kernel.</summary>
public sealed class WireGuardDeviceTests(ITestOutputHelper output) : IAsyncLifetime
{
    public enum Provider
    {
        Uapi,
        WgTool,
    }

    private static readonly CancellationToken None = CancellationToken.None;
    private Namespaces _namespaces = null!;
    private WireGuardInterface _interface = null!;

    public async Task InitializeAsync()
    {
        if (Namespaces.Missing() is not null)
        {
            return;
        }

        _namespaces = await Namespaces.CreateAsync();
        try
        {
            _interface = _namespaces.Interface(_namespaces.Node, new InterfaceAddress(IPAddress.Parse("10.77.0.1"), 20));
            await _interface.EnsureAsync(None);
        }
        catch
        {
            // A test whose beginning fails is not told of its end.
            await _namespaces.DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        if (_namespaces is not null)
        {
            await _namespaces.DisposeAsync();
        }
    }

    [RequiresNamespacesTheory(Timeout = 60_000)]
    [InlineData(Provider.Uapi)]
    [InlineData(Provider.WgTool)]
    public async Task key_port_and_peers_are_what_was_set(Provider provider)
    {
        IWireGuardDevice device = Device(provider);
        var key = WireGuardPrivateKey.Generate();
        await device.ConfigureAsync(key, 51820, None);
        WireGuardPeer peer = Peer(1) with { Endpoint = new IPEndPoint(IPAddress.Parse("10.88.0.2"), 4000), PersistentKeepalive = TimeSpan.FromSeconds(25) };
        await device.SetPeerAsync(peer, None);

        foreach (IWireGuardDevice any in (IWireGuardDevice[])[Device(Provider.Uapi), Device(Provider.WgTool)])
        {
            WireGuardDeviceStatus status = await any.GetStatusAsync(None);
            Assert.Equal(key.PublicKey, status.PublicKey);
            Assert.Equal(51820, status.ListenPort);
            WireGuardPeerStatus found = Assert.Single(status.Peers);
            Assert.Equal(peer.PublicKey, found.PublicKey);
            Assert.Equal(peer.AllowedAddresses.ToHashSet(), found.AllowedAddresses.ToHashSet());
            Assert.Equal(peer.Endpoint, found.Endpoint);
            Assert.Equal(peer.PersistentKeepalive, found.PersistentKeepalive);
            Assert.Null(found.LastHandshake);
        }
    }

    [RequiresNamespacesTheory(Timeout = 60_000)]
    [InlineData(Provider.Uapi)]
    [InlineData(Provider.WgTool)]
    public async Task setting_a_peer_again_brings_it_to_exactly_that(Provider provider)
    {
        IWireGuardDevice device = Device(provider);
        WireGuardPeer peer = Peer(1) with { PersistentKeepalive = TimeSpan.FromSeconds(25) };
        await device.SetPeerAsync(peer, None);
        await device.SetPeerAsync(peer with { AllowedAddresses = [Host(7)] }, None);
        Assert.Equal([Host(7)], Assert.Single(await device.ListPeersAsync(None)).AllowedAddresses);
        await device.SetPeerAsync(peer with { AllowedAddresses = [], PersistentKeepalive = TimeSpan.Zero }, None);
        WireGuardPeerStatus candidate = Assert.Single(await device.ListPeersAsync(None));
        Assert.Empty(candidate.AllowedAddresses);
        Assert.Equal(TimeSpan.Zero, candidate.PersistentKeepalive);
        await device.RemovePeerAsync(peer.PublicKey, None);
        await device.RemovePeerAsync(peer.PublicKey, None);
        Assert.Empty(await device.ListPeersAsync(None));
    }

    [RequiresNamespacesTheory(Timeout = 60_000)]
    [InlineData(Provider.Uapi)]
    [InlineData(Provider.WgTool)]
    public async Task an_address_does_not_move_to_another_peer_unasked(Provider provider)
    {
        IWireGuardDevice device = Device(provider);
        WireGuardPeer first = Peer(1), second = Peer(2) with { AllowedAddresses = [Host(2), Host(1)] };
        await device.SetPeerAsync(first, None);
        TunnelException clash = await Assert.ThrowsAsync<TunnelException>(() => device.UpdatePeersAsync([Peer(3), second], [], None));
        Assert.All([first.PublicKey.ToString(), second.PublicKey.ToString(), "10.77.0.1/32"], t => Assert.Contains(t, clash.Message, StringComparison.Ordinal));
        WireGuardPeerStatus only = Assert.Single(await device.ListPeersAsync(None));
        Assert.Equal(first.AllowedAddresses.ToHashSet(), only.AllowedAddresses.ToHashSet());

        // Asked for, it moves: the first gives it up in the same update, or goes.
        await device.UpdatePeersAsync([second, first with { AllowedAddresses = [] }], [], None);
        Assert.Equal(second.AllowedAddresses.ToHashSet(), (await FindAsync(device, second)).AllowedAddresses.ToHashSet());
        Assert.Empty((await FindAsync(device, first)).AllowedAddresses);
        await device.UpdatePeersAsync([first], [second.PublicKey], None);
        Assert.Equal(first.PublicKey, Assert.Single(await device.ListPeersAsync(None)).PublicKey);
    }

    [RequiresNamespacesTheory(Timeout = 60_000)]
    [InlineData(Provider.Uapi)]
    [InlineData(Provider.WgTool)]
    public async Task addresses_are_swapped_in_one_update(Provider provider)
    {
        IWireGuardDevice device = Device(provider);
        WireGuardPeer one = Peer(1), two = Peer(2);
        await device.UpdatePeersAsync([one, two], [], None);
        await device.UpdatePeersAsync([one with { AllowedAddresses = two.AllowedAddresses }, two with { AllowedAddresses = one.AllowedAddresses }], [], None);
        Assert.Equal(two.AllowedAddresses.ToHashSet(), (await FindAsync(device, one)).AllowedAddresses.ToHashSet());
        Assert.Equal(one.AllowedAddresses.ToHashSet(), (await FindAsync(device, two)).AllowedAddresses.ToHashSet());
    }

    [RequiresNamespacesTheory(Timeout = 60_000)]
    [InlineData(Provider.Uapi)]
    [InlineData(Provider.WgTool)]
    public async Task what_a_device_would_take_differently_is_refused(Provider provider)
    {
        IWireGuardDevice device = Device(provider);
        var key = WireGuardPrivateKey.Generate();
        await device.ConfigureAsync(key, 0, None);
        WireGuardPeer[][] updates =
        [
            [Peer(1) with { PublicKey = key.PublicKey }],
            [Peer(1) with { PersistentKeepalive = TimeSpan.FromSeconds(65536) }],
            [Peer(1) with { PersistentKeepalive = TimeSpan.FromSeconds(1.5) }],
            [Peer(1) with { Endpoint = new IPEndPoint(IPAddress.Loopback, 0) }],
            [Peer(1) with { AllowedAddresses = [IPNetwork.Parse("::ffff:10.77.0.1/128")] }],
            [Peer(1) with { AllowedAddresses = [.. Enumerable.Range(0, 257).Select(Host)] }],
        ];
        foreach (WireGuardPeer[] update in updates)
        {
            await Assert.ThrowsAsync<TunnelException>(() => device.UpdatePeersAsync(update, [], None));
        }

        WireGuardPeer twice = Peer(1);
        await Assert.ThrowsAsync<TunnelException>(() => device.UpdatePeersAsync([twice, twice], [], None));
        await Assert.ThrowsAsync<TunnelException>(() => device.UpdatePeersAsync([twice], [twice.PublicKey], None));
        Assert.Empty(await device.ListPeersAsync(None));
    }

    [RequiresNamespacesTheory(Timeout = 120_000)]
    [InlineData(Provider.Uapi, 200)]
    [InlineData(Provider.WgTool, 200)]
    [InlineData(Provider.Uapi, 1000)]
    [InlineData(Provider.WgTool, 1000)]
    public async Task many_peers_are_set_listed_and_removed(Provider provider, int count)
    {
        IWireGuardDevice device = Device(provider);
        WireGuardPeer[] peers = [.. Enumerable.Range(2, count).Select(Peer)];
        var watch = Stopwatch.StartNew();
        await device.UpdatePeersAsync(peers, [], None);
        output.WriteLine($"{provider}: {count} peers set in {watch.ElapsedMilliseconds} ms");

        watch.Restart();
        IReadOnlyList<WireGuardPeerStatus> listed = await device.ListPeersAsync(None);
        output.WriteLine($"{provider}: {count} peers listed in {watch.ElapsedMilliseconds} ms");
        Assert.Equal(peers.Select(p => p.PublicKey).ToHashSet(), listed.Select(p => p.PublicKey).ToHashSet());

        watch.Restart();
        await device.UpdatePeersAsync([], [.. peers.Select(p => p.PublicKey)], None);
        output.WriteLine($"{provider}: {count} peers removed in {watch.ElapsedMilliseconds} ms");
        Assert.Empty(await device.ListPeersAsync(None));
    }

    [RequiresNamespacesTheory(Timeout = 60_000)]
    [InlineData(Provider.Uapi)]
    [InlineData(Provider.WgTool)]
    public async Task a_device_that_is_gone_is_told_by_name(Provider provider)
    {
        await _interface.DisposeAsync();
        TunnelException gone = await Assert.ThrowsAnyAsync<TunnelException>(() => Device(provider).GetStatusAsync(None));
        Assert.Contains(_namespaces.Node, gone.Message, StringComparison.Ordinal);
    }

    [RequiresNamespacesFact(Timeout = 60_000)]
    public async Task the_private_key_is_on_no_command_line()
    {
        // A runner that writes down what it runs: the program before the program.
        using var folder = new TemporaryFolder();
        string log = folder.File("log");
        var commands = new CommandRunner(TimeProvider.System, "sh", "-c", $"echo \"$@\" >>'{log}'; exec \"$@\"", "sh");
        using var device = new WgToolDevice(_namespaces.Node, commands);
        var key = WireGuardPrivateKey.Generate();
        await device.ConfigureAsync(key, 51820, None);
        Assert.Equal(key.PublicKey, (await device.GetStatusAsync(None)).PublicKey);
        string ran = await File.ReadAllTextAsync(log);
        Assert.Contains("private-key /dev/stdin", ran, StringComparison.Ordinal);
        Assert.DoesNotContain(key.ExportBase64(), ran, StringComparison.Ordinal);
    }

    private static async Task<WireGuardPeerStatus> FindAsync(IWireGuardDevice device, WireGuardPeer peer) =>
        (await device.ListPeersAsync(None)).Single(p => p.PublicKey.Equals(peer.PublicKey));

    private static WireGuardPeer Peer(int number) => new()
    {
        PublicKey = WireGuardPrivateKey.Generate().PublicKey,
        AllowedAddresses = [Host(number), IPNetwork.Parse($"fd77:6a2d::{number:x}/128")],
    };

    private static IPNetwork Host(int number) => IPNetwork.Parse($"10.77.{number / 256}.{number % 256}/32");

    private IWireGuardDevice Device(Provider provider) => provider == Provider.Uapi ? new UapiWireGuardDevice(_namespaces.Node) : new WgToolDevice(_namespaces.Node);
}

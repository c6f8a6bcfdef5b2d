using System.Net;
using Guardian.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Tunnel.Tests;

/// <summary>A node's tunnel in one namespace and an edge in another, over real wireguard-go.</summary>
internal sealed class TunnelFixture : IAsyncDisposable
{
    public const string EdgeName = "front-yard";

    /// <summary>Short, so that a test need not wait half a minute for what the keepalive brings about.</summary>
    public static readonly TimeSpan Keepalive = TimeSpan.FromSeconds(5);

    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();

    private TunnelFixture(Namespaces namespaces)
    {
        Namespaces = namespaces;
        EdgeAddresses = Options.CreateAddressPool().OfEdge(1);
        Source.Add(EdgeName, EdgeKey.PublicKey, EdgeAddresses);
        Tunnel = NewTunnel();
    }

    public Namespaces Namespaces { get; }

    public FakePeerSource Source { get; } = new();

    public TunnelAddresses EdgeAddresses { get; }

    public WireGuardPrivateKey EdgeKey { get; } = WireGuardPrivateKey.Generate();

    public WireGuardTunnel Tunnel { get; private set; }

    public WireGuardInterface NodeInterface { get; private set; } = null!;

    public WireGuardOptions Options => new()
    {
        Enabled = true,
        Provider = WireGuardProvider.Userspace,
        Interface = Namespaces.Node,
        Endpoint = Namespaces.NodeUnderlay + ":51820",
        PersistentKeepalive = Keepalive,
        SilentAfter = TimeSpan.FromSeconds(15),
    };

    public string NodeAddress => Tunnel.Addresses.Node.IPv4.ToString();

    public string NodeAddress6 => Tunnel.Addresses.Node.IPv6!.ToString();

    /// <summary>Brings node and namespaces up; the edge is for the test to start.</summary>
    /// <param name="orphaned">
    /// True when the node finds the wireguard-go of a program that was killed before it. As it did not make it, it leaves it behind, and <see cref="RestartNodeAsync"/> is then what a kill is: everything that the program knew is
    /// gone, and the device runs on.
    /// </param>
    public static async Task<TunnelFixture> StartAsync(bool orphaned = false)
    {
        var fixture = new TunnelFixture(await Namespaces.CreateAsync());
        try
        {
            if (orphaned)
            {
                await fixture.Namespaces.Interface(fixture.Namespaces.Node).EnsureAsync(None);
            }

            await fixture.Tunnel.StartAsync(None);
            return fixture;
        }
        catch
        {
            await fixture.DisposeAsync();
            throw;
        }
    }

    /// <summary>The edge's interface, with the edge's addresses.</summary>
    public Task<IWireGuardDevice> EdgeDeviceAsync() => EdgeInterface().EnsureAsync(None);

    public WireGuardInterface EdgeInterface() => Namespaces.Interface(Namespaces.Edge, [.. Tunnel.Addresses.InterfaceOf(EdgeAddresses)]);

    public WireGuardLinkSettings LinkSettings(WireGuardPrivateKey? key = null, WireGuardNodeKeys? nodeKeys = null) => new()
    {
        PrivateKey = key ?? EdgeKey,
        NodeKeys = nodeKeys ?? new WireGuardNodeKeys(Tunnel.PublicKey, Tunnel.NextPublicKey),
        Endpoint = IPEndPoint.Parse(Options.Endpoint),
        NodeAddresses = Tunnel.Addresses.Node.ToNetworks(),
        PersistentKeepalive = Keepalive,
    };

    /// <summary>Starts an edge's link on a device.</summary>
    public async Task<WireGuardLink> LinkAsync(IWireGuardDevice device, WireGuardPrivateKey? key = null, WireGuardNodeKeys? nodeKeys = null)
    {
        var link = new WireGuardLink(device, LinkSettings(key, nodeKeys), NullLogger.Instance);
        await link.StartAsync(None);
        return link;
    }

    public Task<bool> EdgeReachesNodeAsync() => Namespaces.PingsAsync(Namespaces.Edge, NodeAddress);

    public Task EdgeComesThroughAsync(string what) => Eventually.IsTrueAsync(EdgeReachesNodeAsync, what, TimeSpan.FromSeconds(60));

    /// <summary>A node's program begins anew on the same data folder.</summary>
    public async Task RestartNodeAsync()
    {
        await Tunnel.DisposeAsync();
        Tunnel = NewTunnel();
        await Tunnel.StartAsync(None);
    }

    public async ValueTask DisposeAsync()
    {
        await Tunnel.DisposeAsync();
        await Namespaces.DisposeAsync();
        _folder.Dispose();
    }

    private WireGuardTunnel NewTunnel()
    {
        var keys = WireGuardServerKeys.Open(_folder.Path);
        var settings = Options.InterfaceSettings();
        NodeInterface = Namespaces.Interface(Namespaces.Node, [.. settings.Addresses]);
        return new WireGuardTunnel(Options, keys, Source, NullLoggerFactory.Instance, TimeProvider.System, NodeInterface, null);
    }
}

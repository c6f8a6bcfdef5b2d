using System.Globalization;
using System.Net;

namespace Guardian.Tunnel;

/// <summary>The node's own WireGuard server.</summary>
public sealed class WireGuardOptions
{
    /// <summary>The configuration section of these options.</summary>
    public const string Section = TunnelOptions.Section + ":WireGuard";

    /// <summary>Whether there is a tunnel. Default: no, and edges are protected by mutual TLS alone.</summary>
    public bool Enabled { get; set; }

    /// <summary>Who does the tunnel's work. Default: the kernel where it can, else wireguard-go.</summary>
    public WireGuardProvider Provider { get; set; } = WireGuardProvider.Auto;

    /// <summary>The interface's name: 1 to 15 characters of <c>A-Z a-z 0-9 _ -</c>, the first a letter. Default <c>guardian0</c>.</summary>
    public string Interface { get; set; } = "guardian0";

    /// <summary>Whether the node makes the interface, gives it addresses and removes it at its end, for which it needs root or CAP_NET_ADMIN. Default true; with false it must be there.</summary>
    public bool CreateInterface { get; set; } = true;

    /// <summary>UDP port of the tunnel. Default 51820; 1 to 65535.</summary>
    public int ListenPort { get; set; } = 51820;

    /// <summary>host:port under which edges reach the tunnel; goes into their configurations. Required when enabled. An IPv6 address is written in brackets.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>IPv4 network inside the tunnel: host 1 is the node, each edge has one. Default <c>10.77.0.0/20</c>, which is 4 093 edges; /8 to /29.</summary>
    public string Network { get; set; } = "10.77.0.0/20";

    /// <summary>
    /// IPv6 network inside the tunnel, /32 to /96; empty for none. Default <c>fd77:6a2d::/64</c>. Nodes whose edges or operators could ever meet in one network each need a random one of their own (RFC 4193).
    /// </summary>
    public string Network6 { get; set; } = "fd77:6a2d::/64";

    /// <summary>Largest packet inside the tunnel, in bytes. Default 1420; 1280 (the least that IPv6 allows) to 9000.</summary>
    public int Mtu { get; set; } = 1420;

    /// <summary>How often an edge sends something unasked, so that address translation on its way stays open. Default 25 s; whole seconds from 5 to 600.</summary>
    public TimeSpan PersistentKeepalive { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How often the device is compared with the registry. Default 1 minute; 1 second to 1 hour.</summary>
    public TimeSpan ReconcileInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>An edge from which nothing has come for so long is silent. Default 3 minutes; twice the keepalive to 1 day.</summary>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound or the tunnel is off.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(bool holds, string key, string rule)
        {
            if (!holds)
            {
                errors.Add($"{Section}:{key} {rule}");
            }
        }

        if (!Enabled)
        {
            return errors;
        }

        Check(Enum.IsDefined(Provider), nameof(Provider), "must be Auto, Userspace or Kernel");
        Check(InterfaceName.IsValid(Interface), nameof(Interface), InterfaceName.Rule);
        Check(ListenPort is >= 1 and <= 65535, nameof(ListenPort), "must be from 1 to 65535");
        Check(IsEndpoint(Endpoint), nameof(Endpoint), "must be a public host name or address and a port, such as node.example.org:51820");
        Check(IPNetwork.TryParse(Network, out IPNetwork four) && AddressPool.IsNetwork4(four), nameof(Network), "must be an IPv4 network from /8 to /29, such as 10.77.0.0/20");
        Check(Network6.Length == 0 || (IPNetwork.TryParse(Network6, out IPNetwork six) && AddressPool.IsNetwork6(six)), nameof(Network6), "must be empty or an IPv6 network from /32 to /96, such as fd77:6a2d::/64");
        Check(Mtu is >= 1280 and <= 9000, nameof(Mtu), "must be from 1280 to 9000");
        Check(
            PersistentKeepalive >= TimeSpan.FromSeconds(5) && PersistentKeepalive <= TimeSpan.FromMinutes(10) && PersistentKeepalive.Ticks % TimeSpan.TicksPerSecond == 0,
            nameof(PersistentKeepalive), "must be whole seconds from 5 to 600");
        Check(ReconcileInterval >= TimeSpan.FromSeconds(1) && ReconcileInterval <= TimeSpan.FromHours(1), nameof(ReconcileInterval), "must be from 1 second to 1 hour");
        Check(SilentAfter >= 2 * PersistentKeepalive && SilentAfter <= TimeSpan.FromDays(1), nameof(SilentAfter), "must be from twice PersistentKeepalive to 1 day");
        return errors;
    }

    /// <summary>The addresses that the networks give.</summary>
    /// <exception cref="FormatException">A network is unsound; <see cref="Validate"/> says so before.</exception>
    public AddressPool CreateAddressPool() => new(IPNetwork.Parse(Network), Network6.Length == 0 ? null : IPNetwork.Parse(Network6));

    /// <summary>A complete configuration for an edge whose key the operator has made: for installation images. The key is in it and should be nowhere else.</summary>
    /// <param name="privateKey">The edge's key.</param>
    /// <param name="addresses">The edge's addresses.</param>
    /// <param name="nodePublicKey">The node's key.</param>
    public WireGuardClientConfiguration MakeClientConfiguration(WireGuardPrivateKey privateKey, TunnelAddresses addresses, WireGuardPublicKey nodePublicKey) => new()
    {
        PrivateKey = privateKey,
        Addresses = addresses,
        Mtu = Mtu,
        NodePublicKey = nodePublicKey,
        NodeAddresses = CreateAddressPool().Node,
        Endpoint = Endpoint,
        PersistentKeepalive = PersistentKeepalive,
    };

    /// <summary>What the node's interface should be.</summary>
    internal WireGuardInterfaceSettings InterfaceSettings() => new() { Name = Interface, Provider = Provider, Mtu = Mtu, Addresses = CreateAddressPool().NodeInterface };

    /// <summary>Reads host:port, the host in brackets when it is an IPv6 address.</summary>
    private static bool IsEndpoint(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            && Uri.CheckHostName(text[..colon]) switch
            {
                UriHostNameType.Dns or UriHostNameType.IPv4 => true,
                UriHostNameType.IPv6 => text[0] == '[',
                _ => false,
            };
    }
}

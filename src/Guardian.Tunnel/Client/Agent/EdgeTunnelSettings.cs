using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>What the node says of the tunnel, checked: an edge does not hand its machine's network to whatever it is told.</summary>
/// <param name="NodeKeys">The node's key and, while it is being changed, its next.</param>
/// <param name="Host">Where the node's WireGuard is reached.</param>
/// <param name="Port">UDP.</param>
/// <param name="Addresses">The edge's own.</param>
/// <param name="NodeAddresses">The node's.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="PersistentKeepalive">Whole seconds.</param>
internal sealed record EdgeTunnelSettings(
    WireGuardNodeKeys NodeKeys, string Host, int Port, IReadOnlyList<InterfaceAddress> Addresses, IReadOnlyList<IPNetwork> NodeAddresses, int Mtu, TimeSpan PersistentKeepalive)
{
    private const int MaxAddresses = 8;

    /// <exception cref="TunnelException">A value is out of range; the message names it.</exception>
    public static EdgeTunnelSettings Parse(TunnelSettings settings)
    {
        int colon = settings.Endpoint.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(settings.Endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            throw Wrong("endpoint", "host:port is needed");
        }

        if (settings.Mtu is < 1280 or > 9000)
        {
            throw Wrong("mtu", $"{settings.Mtu}, it must be from 1280 to 9000");
        }

        if (settings.PersistentKeepaliveSeconds is < 1 or > 65_535)
        {
            throw Wrong("persistent_keepalive_seconds", $"{settings.PersistentKeepaliveSeconds}, it must be from 1 to 65535");
        }

        if (settings.Addresses.Count is 0 or > MaxAddresses || settings.AllowedAddresses.Count is 0 or > MaxAddresses)
        {
            throw Wrong("addresses, allowed_addresses", $"1 to {MaxAddresses} are needed");
        }

        return new EdgeTunnelSettings(
            new WireGuardNodeKeys(Key("node_public_key", settings.NodePublicKey), settings.NodeNextPublicKey.IsEmpty ? null : Key("node_next_public_key", settings.NodeNextPublicKey)),
            settings.Endpoint[..colon].Trim('[', ']'), port, [.. settings.Addresses.Select(Address)], [.. settings.AllowedAddresses.Select(SingleHost)], (int)settings.Mtu,
            TimeSpan.FromSeconds(settings.PersistentKeepaliveSeconds));
    }

    /// <summary>The node's endpoint, its name resolved now.</summary>
    public async Task<IPEndPoint> ResolveAsync(CancellationToken cancellationToken)
    {
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken).ConfigureAwait(false);
            return new IPEndPoint(addresses.OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First(), Port);
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or ArgumentException)
        {
            throw new TunnelException($"tunnel endpoint {Host}: {e.Message}", isTransient: true, e);
        }
    }

    private static WireGuardPublicKey Key(string field, Google.Protobuf.ByteString bytes) =>
        bytes.Length == WireGuardPublicKey.Size ? new WireGuardPublicKey(bytes.Span) : throw Wrong(field, $"{bytes.Length} bytes, {WireGuardPublicKey.Size} are needed");

    private static InterfaceAddress Address(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && IPAddress.TryParse(parts[0], out IPAddress? address)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length >= 8 && length <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            ? new InterfaceAddress(address, length)
            : throw Wrong("addresses", "an address and a prefix length from 8 are needed, such as 10.77.0.9/20");
    }

    /// <summary>The node may take its own addresses into the tunnel and nothing else: not the edge's default route.</summary>
    private static IPNetwork SingleHost(string text) =>
        IPNetwork.TryParse(text, out IPNetwork network) && network.PrefixLength == (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            ? network
            : throw Wrong("allowed_addresses", "single hosts are needed, such as 10.77.0.1/32");

    private static TunnelException Wrong(string field, string rule) => new($"tunnel settings: {field}: {rule}");
}

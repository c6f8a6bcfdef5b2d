using System.Globalization;
using System.Net;

namespace Guardian.Tunnel;

/// <summary>
/// Reads what <c>wg show NAME dump</c> prints (wg(8)): a line for the device, whose first field is its private key, then one a peer, fields parted by tabs. The text is never put into an error or a log.
/// </summary>
internal static class WgDump
{
    private const string None = "(none)", Off = "off";
    private const int DeviceFields = 4, PeerFields = 8;

    /// <summary>Reads a device and its peers.</summary>
    /// <exception cref="TunnelException">The text is not such a dump.</exception>
    public static WireGuardDeviceStatus Parse(string dump, string device)
    {
        string[] lines = dump.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] own = lines.Length > 0 ? lines[0].Split('\t') : [];
        if (own.Length != DeviceFields)
        {
            throw Malformed(device, "device");
        }

        return new WireGuardDeviceStatus
        {
            PublicKey = own[1] == None ? null : Key(own[1], device),
            ListenPort = (int)Number(own[2], ushort.MaxValue, device, "listen-port"),
            Peers = [.. lines.Skip(1).Select(l => Peer(l.Split('\t'), device))],
        };
    }

    private static WireGuardPeerStatus Peer(string[] fields, string device)
    {
        if (fields.Length != PeerFields)
        {
            throw Malformed(device, "peer");
        }

        long handshake = Number(fields[4], DateTimeOffset.MaxValue.ToUnixTimeSeconds(), device, "latest-handshake");
        return new WireGuardPeerStatus
        {
            PublicKey = Key(fields[0], device),
            Endpoint = Endpoint(fields[2], device),
            AllowedAddresses = fields[3] == None ? [] : [.. fields[3].Split(',').Select(a => IPNetwork.TryParse(a, out IPNetwork network) ? network : throw Malformed(device, "allowed-ips"))],
            LastHandshake = handshake == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(handshake),
            ReceivedBytes = Number(fields[5], long.MaxValue, device, "transfer-rx"),
            SentBytes = Number(fields[6], long.MaxValue, device, "transfer-tx"),
            PersistentKeepalive = TimeSpan.FromSeconds(fields[7] == Off ? 0 : Number(fields[7], ushort.MaxValue, device, "persistent-keepalive")),
        };
    }

    private static WireGuardPublicKey Key(string text, string device) => WireGuardPublicKey.TryParse(text, out WireGuardPublicKey? key) ? key : throw Malformed(device, "public-key");

    /// <summary>A link-local endpoint carries a zone that may not exist here; the peer is there all the same.</summary>
    private static IPEndPoint? Endpoint(string text, string device) =>
        text == None ? null
        : IPEndPoint.TryParse(text, out IPEndPoint? endpoint) ? endpoint
        : text.Contains('%', StringComparison.Ordinal) ? null
        : throw Malformed(device, "endpoint");

    private static long Number(string text, long max, string device, string field) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= max ? number : throw Malformed(device, field);

    private static TunnelException Malformed(string device, string field) => new($"{device}: what 'wg show dump' prints is malformed: {field}");
}

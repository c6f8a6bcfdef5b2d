using System.Globalization;
using System.Net;
using System.Text;

namespace Guardian.Tunnel;

/// <summary>Writes requests in the cross-platform configuration protocol (https://www.wireguard.com/xplatform/).</summary>
internal static class UapiRequest
{
    /// <summary>Asks for the device and its peers.</summary>
    public static byte[] Get() => "get=1\n\n"u8.ToArray();

    /// <summary>Sets key and port.</summary>
    public static byte[] Configure(WireGuardPrivateKey key, int listenPort) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"set=1\nprivate_key={key.ExportHex()}\nlisten_port={listenPort}\n\n"));

    /// <summary>Removes peers, then sets others.</summary>
    public static byte[] Update(IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove)
    {
        var text = new StringBuilder("set=1\n");
        foreach (WireGuardPublicKey key in remove)
        {
            text.Append("public_key=").Append(key.ToHex()).Append("\nremove=true\n");
        }

        foreach (WireGuardPeer peer in set)
        {
            Append(text, peer);
        }

        return Encoding.ASCII.GetBytes(text.Append('\n').ToString());
    }

    private static void Append(StringBuilder text, WireGuardPeer peer)
    {
        text.Append("public_key=").Append(peer.PublicKey.ToHex()).Append("\nreplace_allowed_ips=true\n");
        foreach (IPNetwork address in peer.AllowedAddresses)
        {
            text.Append("allowed_ip=").Append(address).Append('\n');
        }

        if (peer.Endpoint is not null)
        {
            text.Append("endpoint=").Append(peer.Endpoint).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"persistent_keepalive_interval={(int)peer.PersistentKeepalive.TotalSeconds}\n");
    }
}

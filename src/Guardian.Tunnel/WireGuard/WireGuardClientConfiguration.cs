using System.Globalization;

namespace Guardian.Tunnel;

/// <summary>
/// Everything an edge needs to join the tunnel, as wg-quick(8) reads it: for installation images. It holds the edge's private key, which is kept nowhere else; show it once.
/// </summary>
public sealed class WireGuardClientConfiguration
{
    /// <summary>The edge's key.</summary>
    public required WireGuardPrivateKey PrivateKey { get; init; }

    /// <summary>The edge's addresses.</summary>
    public required TunnelAddresses Addresses { get; init; }

    /// <summary>Largest packet inside the tunnel, in bytes.</summary>
    public required int Mtu { get; init; }

    /// <summary>The node's key.</summary>
    public required WireGuardPublicKey NodePublicKey { get; init; }

    /// <summary>The node's addresses, the only ones that the edge reaches through the tunnel.</summary>
    public required TunnelAddresses NodeAddresses { get; init; }

    /// <summary>host:port under which the tunnel is reached from outside.</summary>
    public required string Endpoint { get; init; }

    /// <summary>How often the edge sends something unasked.</summary>
    public required TimeSpan PersistentKeepalive { get; init; }

    /// <summary>The configuration as a file, the private key in it.</summary>
    public string ExportText() => string.Create(CultureInfo.InvariantCulture, $"""
        [Interface]
        PrivateKey = {PrivateKey.ExportBase64()}
        Address = {string.Join(", ", Addresses.ToNetworks())}
        MTU = {Mtu}

        [Peer]
        PublicKey = {NodePublicKey}
        Endpoint = {Endpoint}
        AllowedIPs = {string.Join(", ", NodeAddresses.ToNetworks())}
        PersistentKeepalive = {(int)PersistentKeepalive.TotalSeconds}

        """);

    /// <summary>The configuration as a QR code for a terminal: lines of UTF-8 half blocks, dark on light whatever the terminal's colours, the private key in it.</summary>
    public string ExportQrCode() => TerminalQrCode.Render(ExportText());

    /// <summary>Names the configuration by the edge's public key; the secret is not in it.</summary>
    public override string ToString() => $"configuration of {PrivateKey.PublicKey}";
}

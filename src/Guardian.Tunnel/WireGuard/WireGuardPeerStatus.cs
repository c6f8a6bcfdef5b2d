using System.Net;

namespace Guardian.Tunnel;

/// <summary>A peer as it stands on a device.</summary>
public sealed record WireGuardPeerStatus
{
    /// <summary>Its key.</summary>
    public required WireGuardPublicKey PublicKey { get; init; }

    /// <summary>What it may send from and is sent for.</summary>
    public IReadOnlyList<IPNetwork> AllowedAddresses { get; init; } = [];

    /// <summary>Where it was last heard from, or was set to be; null when neither.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>When the two last shook hands; null when never since the peer was set. Providers differ in how finely they say it: down to the second.</summary>
    public DateTimeOffset? LastHandshake { get; init; }

    /// <summary>Bytes received from it, with the tunnel's own.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Bytes sent to it, with the tunnel's own.</summary>
    public long SentBytes { get; init; }

    /// <summary>How often the device sends something unasked; zero is never.</summary>
    public TimeSpan PersistentKeepalive { get; init; }
}

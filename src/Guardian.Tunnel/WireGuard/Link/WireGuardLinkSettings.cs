using System.Net;

namespace Guardian.Tunnel;

/// <summary>What an edge needs to know of its tunnel.</summary>
public sealed record WireGuardLinkSettings
{
    /// <summary>The edge's key.</summary>
    public required WireGuardPrivateKey PrivateKey { get; init; }

    /// <summary>The node's keys.</summary>
    public required WireGuardNodeKeys NodeKeys { get; init; }

    /// <summary>Where the node's tunnel is reached.</summary>
    public required IPEndPoint Endpoint { get; init; }

    /// <summary>The node's addresses inside the tunnel.</summary>
    public required IReadOnlyList<IPNetwork> NodeAddresses { get; init; }

    /// <summary>How often to send something unasked: it keeps address translation open, and it is what makes the edge find a node whose key has changed. Default 25 s; whole seconds from 1 to 65 535.</summary>
    public TimeSpan PersistentKeepalive { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>The edge's own UDP port; 0, the default, lets the device choose.</summary>
    public int ListenPort { get; init; }
}

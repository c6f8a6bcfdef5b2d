using System.Net;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>The node's tunnel, as the edge API needs it.</summary>
internal interface ITunnelNetwork : IAsyncDisposable
{
    /// <summary>The node's address in the tunnel, on which the edge API listens.</summary>
    IPAddress NodeAddress { get; }

    /// <summary>How many edges the tunnel has addresses for.</summary>
    int MaxPeers { get; }

    /// <summary>Keys that the registry wants on the device.</summary>
    int PeerCount { get; }

    /// <summary>Whether an address is the one that the tunnel gave to an edge: nobody else's packets can come from it.</summary>
    Task<bool> IsOwnAddressAsync(EdgeId edge, IPAddress? address, CancellationToken cancellationToken);

    /// <summary>Brings the tunnel up, so that there is an address to listen on.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The registry's keys and addresses changed.</summary>
    void Changed();

    /// <summary>What an edge needs to know for its end.</summary>
    TunnelSettings SettingsOf(TunnelPeer peer);
}

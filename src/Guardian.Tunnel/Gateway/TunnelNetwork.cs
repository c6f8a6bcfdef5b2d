using System.Net;
using Google.Protobuf;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>The node's WireGuard tunnel with the registry behind it: what the device should have, which address is whose, and what happens in it.</summary>
internal sealed class TunnelNetwork : ITunnelNetwork, IWireGuardPeerSource
{
    private readonly WireGuardOptions _options;
    private readonly EdgeRegistry _registry;
    private readonly EdgeConnections _connections;
    private readonly TunnelNotifications _notifications;
    private readonly WireGuardServerKeys _keys;
    private readonly WireGuardTunnel _tunnel;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private volatile Dictionary<WireGuardPublicKey, EdgeId> _edges = [];
    private Task _watching = Task.CompletedTask;

    public TunnelNetwork(TunnelOptions options, EdgeRegistry registry, EdgeConnections connections, TunnelNotifications notifications, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options.WireGuard;
        _registry = registry;
        _connections = connections;
        _notifications = notifications;
        _time = time;
        _logger = loggers.CreateLogger<TunnelNetwork>();
        _keys = WireGuardServerKeys.Open(options.Directory, options.ReadKeyPassphrase());
        _tunnel = new WireGuardTunnel(_options, _keys, this, loggers, time);
    }

    public int MaxPeers => _tunnel.Addresses.Capacity;

    public int PeerCount => _edges.Count;

    public IPAddress NodeAddress => _tunnel.Addresses.Node.IPv4;

    /// <summary>Brings the tunnel up, so that there is an address to listen on.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerable<WireGuardPeerEvent> events = _tunnel.WatchAsync(_stopping.Token);
        await _tunnel.StartAsync(cancellationToken).ConfigureAwait(false);
        _watching = Task.Run(() => WatchAsync(events), CancellationToken.None);
    }

    public void Changed()
    {
        // Whatever the key's files say, a peer that is gone must go.
        _tunnel.RequestReconcile();
        _keys.Reload();
        _tunnel.RequestReconcile();
    }

    public async Task<bool> IsOwnAddressAsync(EdgeId edge, IPAddress? address, CancellationToken cancellationToken)
    {
        if (address is null || await _registry.TunnelPeers.GetAsync(edge, cancellationToken).ConfigureAwait(false) is not { } peer)
        {
            return false;
        }

        TunnelAddresses own = _tunnel.Addresses.OfEdge(peer.Number);
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) is var plain && (plain.Equals(own.IPv4) || plain.Equals(own.IPv6));
    }

    public TunnelSettings SettingsOf(TunnelPeer peer)
    {
        var settings = new TunnelSettings
        {
            NodePublicKey = ByteString.CopyFrom(_tunnel.PublicKey.ToBytes()),
            NodeNextPublicKey = ByteString.CopyFrom(_tunnel.NextPublicKey?.ToBytes() ?? []),
            EdgePublicKey = ByteString.CopyFrom(peer.PublicKey),
            Endpoint = _options.Endpoint,
            Mtu = (uint)_options.Mtu,
            PersistentKeepaliveSeconds = (uint)_options.PersistentKeepalive.TotalSeconds,
        };
        settings.Addresses.AddRange(_tunnel.Addresses.InterfaceOf(_tunnel.Addresses.OfEdge(peer.Number)).Select(a => a.ToString()));
        settings.AllowedAddresses.AddRange(_tunnel.Addresses.Node.ToNetworks().Select(n => n.ToString()));
        return settings;
    }

    public async Task<IReadOnlyList<WireGuardPeer>> ListPeersAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<TunnelPeer> peers = await _registry.TunnelPeers.ListAsync(cancellationToken).ConfigureAwait(false);
        _edges = peers.ToDictionary(p => new WireGuardPublicKey(p.PublicKey), p => p.Edge);
        return [.. peers.Where(p => p.Number <= MaxPeers).Select(p => new WireGuardPeer
        {
            PublicKey = new WireGuardPublicKey(p.PublicKey),
            AllowedAddresses = p.IsCandidate ? [] : _tunnel.Addresses.OfEdge(p.Number).ToNetworks(),
        })];
    }

    public Task ConfirmPeerAsync(WireGuardPublicKey candidate, CancellationToken cancellationToken) => _registry.TunnelPeers.ConfirmAsync(candidate.ToBytes(), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await _tunnel.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task WatchAsync(IAsyncEnumerable<WireGuardPeerEvent> events)
    {
        try
        {
            await foreach (WireGuardPeerEvent e in events.ConfigureAwait(false))
            {
                if (_edges.TryGetValue(e.PublicKey, out EdgeId edge))
                {
                    await HandleAsync(edge, e).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task HandleAsync(EdgeId edge, WireGuardPeerEvent e)
    {
        if (e.Kind == WireGuardPeerEventKind.Silence)
        {
            Log.TunnelSilent(_logger, edge);
            _notifications.Publish(new TunnelNotification(TunnelNotificationKind.TunnelDown, edge, null, "", _time.GetUtcNow()));
            return;
        }

        _connections.Handshake(edge, e.At, e.Endpoint);
        if (e.AfterSilence)
        {
            Log.TunnelUp(_logger, edge, e.Endpoint);
            _notifications.Publish(new TunnelNotification(TunnelNotificationKind.TunnelUp, edge, null, e.Endpoint?.ToString() ?? "", e.At));
            await GatewayLoop.TryAsync(
                "asking an edge for its cameras", () => CapabilitySync.AskAsync(_registry.Commands, _connections, edge, _stopping.Token), _logger, _stopping.Token).ConfigureAwait(false);
        }
    }
}

using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// An edge's end of the tunnel, through changes of the keys at both ends. The node may have one of two keys, so the edge has one peer for each at the same endpoint, and the node's addresses
/// are allowed to whichever of the two shook hands last; the persistent keepalive makes the device try both without end. Safe for use by many threads.
/// </summary>
public sealed class WireGuardLink : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly IWireGuardDevice _device;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private WireGuardLinkSettings _settings;
    private volatile WireGuardPublicKey _active;
    private Task _running = Task.CompletedTask;

    /// <summary>Describes the link; nothing happens yet.</summary>
    /// <param name="device">The edge's device; every peer of it is this link's. It stays the caller's.</param>
    /// <param name="settings">What the edge knows.</param>
    /// <param name="logger">Says when the link moves to another key.</param>
    /// <exception cref="TunnelException">The keepalive is out of range.</exception>
    public WireGuardLink(IWireGuardDevice device, WireGuardLinkSettings settings, ILogger logger)
    {
        if (settings.PersistentKeepalive < TimeSpan.FromSeconds(1))
        {
            throw new TunnelException("PersistentKeepalive must be whole seconds from 1 to 65535: without it the edge would not find a node whose key has changed");
        }

        _device = device;
        _settings = settings;
        _logger = logger;
        _active = settings.NodeKeys.Current;
    }

    /// <summary>The node's key that the tunnel goes to.</summary>
    public WireGuardPublicKey ActiveNodeKey => _active;

    /// <summary>Sets the device up and begins to follow the node's keys.</summary>
    /// <exception cref="TunnelException">The device refuses or does not answer.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await InTurnAsync(TendAsync, cancellationToken).ConfigureAwait(false);
        _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
    }

    /// <summary>Takes over what the node says of its keys. Keep them with the edge's credentials first, so that a restart knows them.</summary>
    /// <exception cref="TunnelException">The device refuses or does not answer; it is tried again by itself.</exception>
    public Task SetNodeKeysAsync(WireGuardNodeKeys keys, CancellationToken cancellationToken) => InTurnAsync(
        c =>
        {
            _settings = _settings with { NodeKeys = keys };
            return TendAsync(c);
        },
        cancellationToken);

    /// <summary>
    /// Changes the edge's own key, once the node has the new one as a candidate. Keep it with the edge's credentials first, so that a restart has it. The device shakes hands at once, which is what makes the node
    /// confirm the key; traffic rests until then, as a rule for a second or two.
    /// </summary>
    /// <exception cref="TunnelException">The device refuses or does not answer; it is tried again by itself.</exception>
    public Task SetPrivateKeyAsync(WireGuardPrivateKey privateKey, CancellationToken cancellationToken) => InTurnAsync(
        async c =>
        {
            _settings = _settings with { PrivateKey = privateKey };
            await TendAsync(c).ConfigureAwait(false);

            // Turning the keepalive on sends one, and with it a handshake; otherwise it would be up to an interval away.
            await _device.UpdatePeersAsync([.. Peers().Select(p => p with { PersistentKeepalive = TimeSpan.Zero })], [], c).ConfigureAwait(false);
            await _device.UpdatePeersAsync([.. Peers()], [], c).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Ends following the node's keys; the device stays as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
        _turn.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        bool well = true;
        try
        {
            while (true)
            {
                await Task.Delay(Tick, cancellationToken).ConfigureAwait(false);
                try
                {
                    await InTurnAsync(TendAsync, cancellationToken).ConfigureAwait(false);
                    well = true;
                }
                catch (TunnelException e)
                {
                    // The device may have been taken away and come back; said once, tried on.
                    if (well)
                    {
                        WireGuardLog.LinkFailed(_logger, e);
                    }

                    well = false;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end.
        }
    }

    /// <summary>Looks at the device, decides which key is the node's, and brings the device to what it should be.</summary>
    private async Task TendAsync(CancellationToken cancellationToken)
    {
        WireGuardDeviceStatus status = await _device.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        if (!_settings.PrivateKey.PublicKey.Equals(status.PublicKey))
        {
            await _device.ConfigureAsync(_settings.PrivateKey, _settings.ListenPort, cancellationToken).ConfigureAwait(false);
        }

        WireGuardPublicKey active = ChooseActive(status.Peers);
        if (!active.Equals(_active))
        {
            _active = active;
            WireGuardLog.LinkMoved(_logger, active);
        }

        var plan = PeerPlan.Make(_settings.PrivateKey.PublicKey, [.. Peers()], status.Peers);
        await _device.UpdatePeersAsync(plan.Set, plan.Remove, cancellationToken).ConfigureAwait(false);
    }

    private WireGuardPublicKey ChooseActive(IReadOnlyList<WireGuardPeerStatus> peers)
    {
        (WireGuardPublicKey current, WireGuardPublicKey? next) = _settings.NodeKeys;
        if (next is null)
        {
            return current;
        }

        DateTimeOffset? Handshake(WireGuardPublicKey key) => peers.FirstOrDefault(p => p.PublicKey.Equals(key))?.LastHandshake;
        WireGuardPublicKey active = _active.Equals(next) ? next : current, other = active.Equals(next) ? current : next;
        return Handshake(other) is { } later && !(Handshake(active) >= later) ? other : active;
    }

    private IEnumerable<WireGuardPeer> Peers()
    {
        (WireGuardPublicKey current, WireGuardPublicKey? next) = _settings.NodeKeys;
        yield return Peer(current);
        if (next is not null)
        {
            yield return Peer(next);
        }
    }

    private WireGuardPeer Peer(WireGuardPublicKey key) => new()
    {
        PublicKey = key,
        Endpoint = _settings.Endpoint,
        AllowedAddresses = key.Equals(_active) ? _settings.NodeAddresses : [],
        PersistentKeepalive = _settings.PersistentKeepalive,
    };

    private async Task InTurnAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}

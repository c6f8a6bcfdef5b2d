using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// The node's WireGuard server. At its start, every <see cref="WireGuardOptions.ReconcileInterval"/>, when asked, and when something has gone wrong it
/// <list type="number">
/// <item>makes sure of the interface,</item>
/// <item>sets key and port if they are not the node's,</item>
/// <item>confirms candidates that have shaken hands,</item>
/// <item>removes the peers that the registry does not want, and sets those that are missing or different, in one update.</item>
/// </list>
/// Between times it looks at the device every second, for handshakes of candidates and for a device that has stopped answering. Safe for use by many threads.
/// </summary>
public sealed class WireGuardTunnel : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    private readonly WireGuardOptions _options;
    private readonly WireGuardServerKeys _keys;
    private readonly IWireGuardPeerSource _source;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly WireGuardInterface? _interface;
    private readonly SemaphoreSlim _turn = new(1), _requests = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _requestLock = new();
    private volatile IWireGuardDevice? _device;
    private volatile IReadOnlyCollection<WireGuardPublicKey> _candidates = [];
    private Task _running = Task.CompletedTask;
    private Task? _watchedChild;
    private bool _disposed;

    /// <summary>Makes the tunnel of options; nothing happens yet.</summary>
    /// <param name="options">What it should be; sound (<see cref="WireGuardOptions.Validate"/>).</param>
    /// <param name="keys">The node's keys.</param>
    /// <param name="source">The registry's wishes.</param>
    /// <param name="loggerFactory">Where it says what it does.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The options are unsound.</exception>
    public WireGuardTunnel(WireGuardOptions options, WireGuardServerKeys keys, IWireGuardPeerSource source, ILoggerFactory loggerFactory, TimeProvider? timeProvider = null)
        : this(options, keys, source, loggerFactory, timeProvider ?? TimeProvider.System, null, null)
    {
        if (options.CreateInterface)
        {
            _interface = new WireGuardInterface(options.InterfaceSettings(), _logger, _time);
        }
    }

    /// <summary>Makes the tunnel on a device that is there: an integrator's own.</summary>
    /// <param name="options">What it should be; interface and provider are the device's.</param>
    /// <param name="keys">The node's keys.</param>
    /// <param name="source">The registry's wishes.</param>
    /// <param name="device">The device; it stays the caller's.</param>
    /// <param name="loggerFactory">Where it says what it does.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The options are unsound.</exception>
    public WireGuardTunnel(
        WireGuardOptions options, WireGuardServerKeys keys, IWireGuardPeerSource source, IWireGuardDevice device, ILoggerFactory loggerFactory, TimeProvider? timeProvider = null)
        : this(options, keys, source, loggerFactory, timeProvider ?? TimeProvider.System, null, device)
    {
    }

    internal WireGuardTunnel(
        WireGuardOptions options, WireGuardServerKeys keys, IWireGuardPeerSource source, ILoggerFactory loggerFactory, TimeProvider timeProvider, WireGuardInterface? made, IWireGuardDevice? device)
    {
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new TunnelException(string.Join('\n', errors));
        }

        _options = options;
        _keys = keys;
        _source = source;
        _logger = loggerFactory.CreateLogger<WireGuardTunnel>();
        _time = timeProvider;
        _interface = made;
        _device = device;
        Addresses = options.CreateAddressPool();
    }

    /// <summary>The addresses inside the tunnel.</summary>
    public AddressPool Addresses { get; }

    /// <summary>The node's public key.</summary>
    public WireGuardPublicKey PublicKey => _keys.Current.PublicKey;

    /// <summary>The public key that the node will have after <see cref="SwitchKeyAsync"/>; null while no rotation is prepared. Edges carry it as a second peer.</summary>
    public WireGuardPublicKey? NextPublicKey => _keys.Next?.PublicKey;

    /// <summary>Brings the tunnel up; on return the device stands as the registry wants.</summary>
    /// <exception cref="TunnelException">It cannot be brought up; where rights are missing, the message says which commands to run.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await ReconcileAsync(cancellationToken).ConfigureAwait(false);
        WireGuardLog.Started(_logger, _options.Interface, PublicKey, _options.ListenPort, Addresses.Node.IPv4);
        _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
    }

    /// <summary>Ends the supervision and removes the interface if this made it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        if (_interface is not null)
        {
            await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                await _interface.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Has the device compared with the registry soon: at once, unless a comparison is running, and then after it.</summary>
    public void RequestReconcile()
    {
        lock (_requestLock)
        {
            if (_requests.CurrentCount == 0)
            {
                _requests.Release();
            }
        }
    }

    /// <summary>Compares the device with the registry and makes it right.</summary>
    /// <returns>What was changed.</returns>
    /// <exception cref="TunnelException">The device refuses or does not answer. It is tried again by itself.</exception>
    public async Task<WireGuardReconciliation> ReconcileAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_stopping.IsCancellationRequested)
            {
                throw new TunnelException("the tunnel has been stopped");
            }

            // 1.
            IWireGuardDevice device = await EnsureDeviceAsync(cancellationToken).ConfigureAwait(false);

            // 2.
            WireGuardDeviceStatus status = await device.GetStatusAsync(cancellationToken).ConfigureAwait(false);
            WireGuardPrivateKey key = _keys.Current;
            if (!key.PublicKey.Equals(status.PublicKey) || status.ListenPort != _options.ListenPort)
            {
                await device.ConfigureAsync(key, _options.ListenPort, cancellationToken).ConfigureAwait(false);
                WireGuardLog.Configured(_logger, device.Name, key.PublicKey, _options.ListenPort);
            }

            // 3.
            IReadOnlyList<WireGuardPeer> wanted = await _source.ListPeersAsync(cancellationToken).ConfigureAwait(false);
            int confirmed = await ConfirmAsync(wanted, status, cancellationToken).ConfigureAwait(false);
            if (confirmed > 0)
            {
                wanted = await _source.ListPeersAsync(cancellationToken).ConfigureAwait(false);
            }

            // 4.
            var plan = PeerPlan.Make(key.PublicKey, wanted, status.Peers);
            await device.UpdatePeersAsync(plan.Set, plan.Remove, cancellationToken).ConfigureAwait(false);
            _candidates = [.. wanted.Where(p => p.IsCandidate).Select(p => p.PublicKey)];
            return Report(plan, confirmed);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Prepares a new key for the node. Every edge should carry it as a second peer before <see cref="SwitchKeyAsync"/>.</summary>
    /// <returns>The new public key; the same when a rotation was prepared before.</returns>
    /// <exception cref="TunnelException">It cannot be written to the data folder.</exception>
    public WireGuardPublicKey PrepareKey() => _keys.PrepareNext();

    /// <summary>Makes the prepared key the node's. Edges that carry both are back by themselves within their keepalive; others are out until they are told the new one.</summary>
    /// <exception cref="TunnelException">No rotation is prepared; or the device did not take the key yet, which is tried again by itself.</exception>
    public async Task SwitchKeyAsync(CancellationToken cancellationToken)
    {
        _keys.Switch();
        try
        {
            await ReconcileAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            RequestReconcile();
            throw;
        }
    }

    /// <summary>The peers as they stand on the device.</summary>
    /// <exception cref="TunnelException">The device does not answer.</exception>
    public Task<IReadOnlyList<WireGuardPeerStatus>> ListPeersAsync(CancellationToken cancellationToken) =>
        (_device ?? throw new TunnelException("the tunnel has not been started", isTransient: true)).ListPeersAsync(cancellationToken);

    /// <summary>Watches handshakes and silences of peers, see <see cref="WireGuardDeviceExtensions.WatchAsync"/>. It may begin before the tunnel starts.</summary>
    /// <param name="cancellationToken">Ends the watch.</param>
    public IAsyncEnumerable<WireGuardPeerEvent> WatchAsync(CancellationToken cancellationToken) => PeerWatch.RunAsync(ListPeersAsync, _options.SilentAfter, _time, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            _disposed = true;
            _stopping.Dispose();
            _turn.Dispose();
            _requests.Dispose();
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = Tick;
        long last = _time.GetTimestamp();
        bool well = true;
        try
        {
            while (true)
            {
                bool asked = await _requests.WaitAsync(pause, cancellationToken).ConfigureAwait(false);
                try
                {
                    if (asked || !well || _time.GetElapsedTime(last) >= _options.ReconcileInterval || await CandidateShookHandsAsync(cancellationToken).ConfigureAwait(false))
                    {
                        await ReconcileAsync(cancellationToken).ConfigureAwait(false);
                        last = _time.GetTimestamp();
                    }

                    (well, pause) = (true, Tick);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    // The registry is the host's and may throw anything; the supervision must outlive it.
                    pause = well ? Tick : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    well = false;
                    WireGuardLog.ReconcileFailed(_logger, _options.Interface, pause.TotalSeconds, e);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end.
        }
    }

    /// <summary>One look at the device, which throws when it does not answer.</summary>
    private async Task<bool> CandidateShookHandsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<WireGuardPeerStatus> peers = await ListPeersAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyCollection<WireGuardPublicKey> candidates = _candidates;
        return candidates.Count > 0 && peers.Any(p => p.LastHandshake is not null && candidates.Contains(p.PublicKey));
    }

    private async Task<int> ConfirmAsync(IReadOnlyList<WireGuardPeer> wanted, WireGuardDeviceStatus status, CancellationToken cancellationToken)
    {
        HashSet<WireGuardPublicKey> shaken = [.. status.Peers.Where(p => p.LastHandshake is not null).Select(p => p.PublicKey)];
        int confirmed = 0;
        foreach (WireGuardPeer candidate in wanted.Where(p => p.IsCandidate && shaken.Contains(p.PublicKey)))
        {
            try
            {
                await _source.ConfirmPeerAsync(candidate.PublicKey, cancellationToken).ConfigureAwait(false);
                WireGuardLog.Confirmed(_logger, candidate.PublicKey);
                confirmed++;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One edge's rotation must not hold up the others' revocation.
                WireGuardLog.ConfirmFailed(_logger, candidate.PublicKey, e);
            }
        }

        return confirmed;
    }

    private async Task<IWireGuardDevice> EnsureDeviceAsync(CancellationToken cancellationToken)
    {
        if (_interface is not null)
        {
            _device = await _interface.EnsureAsync(cancellationToken).ConfigureAwait(false);
            WatchChild(_interface.ChildExited);
        }

        return _device ??= OpenDevice();
    }

    /// <summary>The device of an interface that someone else makes.</summary>
    private IWireGuardDevice OpenDevice() =>
        _options.Provider switch
        {
            WireGuardProvider.Userspace => new UapiWireGuardDevice(_options.Interface, timeProvider: _time),
            WireGuardProvider.Auto when File.Exists(UapiWireGuardDevice.SocketPathOf(_options.Interface)) => new UapiWireGuardDevice(_options.Interface, timeProvider: _time),
            _ => new WgToolDevice(_options.Interface, _time),
        };

    /// <summary>A child that ends is replaced at once, not at the next look.</summary>
    private void WatchChild(Task? exited)
    {
        if (exited is not null && exited != _watchedChild)
        {
            _watchedChild = exited;
            _ = exited.ContinueWith(_ => RequestReconcile(), _stopping.Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private WireGuardReconciliation Report(PeerPlan plan, int confirmed)
    {
        foreach (string reason in plan.Refused)
        {
            WireGuardLog.PeerRefused(_logger, reason);
        }

        if (plan.Set.Count + plan.Remove.Count > 0)
        {
            WireGuardLog.Reconciled(_logger, _options.Interface, plan.Set.Count, plan.Remove.Count);
        }

        return new WireGuardReconciliation(plan.Set.Count, plan.Remove.Count, confirmed, plan.Refused.Count);
    }
}

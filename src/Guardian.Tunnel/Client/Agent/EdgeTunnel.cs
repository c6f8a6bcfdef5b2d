using System.Net;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>The edge's end of the tunnel at work: interface, keys of both ends, and what the node says of them. Safe for use by many threads.</summary>
internal sealed class EdgeTunnel : IAsyncDisposable
{
    /// <summary>How often it is looked whether the interface is still there.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    private readonly EdgeTunnelOptions _options;
    private readonly EdgeTunnelFiles _files;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private WireGuardInterface? _interface;
    private WireGuardLink? _link;
    private EdgeTunnelSettings? _settings;
    private IPEndPoint? _endPoint;

    public EdgeTunnel(EdgeTunnelOptions options, EdgeTunnelFiles files, ILogger logger, TimeProvider time)
    {
        _options = options;
        _files = files;
        _logger = logger;
        _time = time;
    }

    /// <summary>Keeps the tunnel up until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(CheckInterval, _time, cancellationToken).ConfigureAwait(false);
            await TryEnsureAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Brings the tunnel up, or back up; what stands in the way is logged.</summary>
    public async Task TryEnsureAsync(CancellationToken cancellationToken)
    {
        try
        {
            await InTurnAsync(
                () => _interface is null ? OpenAsync(EdgeTunnelSettings.Parse(_files.Settings()), cancellationToken) : _interface.EnsureAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A device, a disk, a name server: whatever it was, it is tried again.
            AgentLog.TunnelFailed(_logger, e);
        }
    }

    /// <summary>Takes over what the node says of the tunnel: on the disk first, so that a restart knows it.</summary>
    public Task ApplyAsync(TunnelSettings settings, CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            var parsed = EdgeTunnelSettings.Parse(settings);
            _files.Save(settings);
            if (_files.NextKey is { } next && settings.EdgePublicKey.Span.SequenceEqual(next.PublicKey.ToBytes()))
            {
                // The node has taken the new key, and this edge was stopped before it did.
                _files.TakeNextKey();
                if (_link is not null)
                {
                    await _link.SetPrivateKeyAsync(next, cancellationToken).ConfigureAwait(false);
                }
            }

            if (_link is null || _settings is null)
            {
                return;
            }

            // A name may lead somewhere else by now.
            IPEndPoint endPoint = await parsed.ResolveAsync(cancellationToken).ConfigureAwait(false);
            if (IsSamePlace(parsed, _settings) && endPoint.Equals(_endPoint))
            {
                _settings = parsed;
                await _link.SetNodeKeysAsync(parsed.NodeKeys, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await CloseAsync().ConfigureAwait(false);
                await OpenAsync(parsed, cancellationToken).ConfigureAwait(false);
            }
        },
        cancellationToken);

    /// <summary>Changes the edge's own key. Killed at any moment, it is done again with the same new key.</summary>
    /// <param name="propose">Gives the node the new public key.</param>
    /// <param name="cancellationToken">Gives up; the change stays prepared.</param>
    public async Task ChangeKeyAsync(Func<byte[], Task> propose, CancellationToken cancellationToken)
    {
        WireGuardPrivateKey next = _files.MakeNextKey();
        await propose(next.PublicKey.ToBytes()).ConfigureAwait(false);
        await InTurnAsync(
            async () =>
            {
                _files.TakeNextKey();
                if (_link is not null)
                {
                    await _link.SetPrivateKeyAsync(next, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private static bool IsSamePlace(EdgeTunnelSettings one, EdgeTunnelSettings other) =>
        one.Host == other.Host && one.Port == other.Port && one.Mtu == other.Mtu && one.PersistentKeepalive == other.PersistentKeepalive
        && one.Addresses.SequenceEqual(other.Addresses) && one.NodeAddresses.SequenceEqual(other.NodeAddresses);

    private async Task OpenAsync(EdgeTunnelSettings settings, CancellationToken cancellationToken)
    {
        var made = new WireGuardInterface(
            new WireGuardInterfaceSettings { Name = _options.Interface, Provider = _options.Provider, Mtu = settings.Mtu, Addresses = settings.Addresses }, _logger, _time);
        try
        {
            IPEndPoint endPoint = await settings.ResolveAsync(cancellationToken).ConfigureAwait(false);
            IWireGuardDevice device = await made.EnsureAsync(cancellationToken).ConfigureAwait(false);
            var link = new WireGuardLink(
                device,
                new WireGuardLinkSettings
                {
                    PrivateKey = _files.Key(),
                    NodeKeys = settings.NodeKeys,
                    Endpoint = endPoint,
                    NodeAddresses = settings.NodeAddresses,
                    PersistentKeepalive = settings.PersistentKeepalive,
                },
                _logger);
            await link.StartAsync(cancellationToken).ConfigureAwait(false);
            (_interface, _link, _settings, _endPoint) = (made, link, settings, endPoint);
        }
        catch
        {
            await made.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (_link is not null)
        {
            await _link.DisposeAsync().ConfigureAwait(false);
        }

        if (_interface is not null)
        {
            await _interface.DisposeAsync().ConfigureAwait(false);
        }

        (_interface, _link, _settings) = (null, null, null);
    }

    private async Task InTurnAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}

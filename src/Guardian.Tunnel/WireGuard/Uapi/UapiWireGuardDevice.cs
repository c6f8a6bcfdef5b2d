namespace Guardian.Tunnel;

/// <summary>A userspace device (wireguard-go, boringtun), asked over its unix socket. The socket is open to its owner alone, as a rule root.</summary>
public sealed class UapiWireGuardDevice : IWireGuardDevice, IDisposable
{
    private readonly UapiSocket _socket;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Addresses a device; it need not be there yet.</summary>
    /// <param name="name">The interface's name: 1 to 15 characters of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="socketPath">Its socket; <c>/var/run/wireguard/NAME.sock</c> by default.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="TunnelException">The name is none.</exception>
    public UapiWireGuardDevice(string name, string? socketPath = null, TimeProvider? timeProvider = null)
    {
        Name = InterfaceName.Check(name);
        _socket = new UapiSocket(name, socketPath ?? SocketPathOf(name), timeProvider ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task ConfigureAsync(WireGuardPrivateKey privateKey, int listenPort, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(listenPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(listenPort, ushort.MaxValue);
        await InTurnAsync(() => _socket.AskAsync(UapiRequest.Configure(privateKey, listenPort), cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<WireGuardDeviceStatus> GetStatusAsync(CancellationToken cancellationToken) => _socket.AskAsync(UapiRequest.Get(), cancellationToken);

    /// <inheritdoc/>
    public Task UpdatePeersAsync(IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove, CancellationToken cancellationToken) => InTurnAsync(
        async () =>
        {
            WireGuardDeviceStatus status = await GetStatusAsync(cancellationToken).ConfigureAwait(false);
            await PeerUpdate.RunAsync(Name, status, set, remove, (s, r, c) => _socket.AskAsync(UapiRequest.Update(s, r), c), cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Where the socket of a userspace device is.</summary>
    internal static string SocketPathOf(string name) => $"/var/run/wireguard/{name}.sock";

    private async Task InTurnAsync(Func<Task> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await change().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}

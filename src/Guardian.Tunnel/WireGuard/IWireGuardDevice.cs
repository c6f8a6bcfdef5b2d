namespace Guardian.Tunnel;

/// <summary>
/// A WireGuard interface that exists, whoever made it: userspace (<see cref="UapiWireGuardDevice"/>), kernel (<see cref="WgToolDevice"/>), or an integrator's own. Safe for use by many threads;
/// changes are made one after the other.
/// </summary>
/// <remarks>Every method throws a <see cref="TunnelException"/> when the device refuses or does not answer; a transient one when asking again may help.</remarks>
public interface IWireGuardDevice
{
    /// <summary>The interface's name.</summary>
    string Name { get; }

    /// <summary>Sets key and port, and leaves the peers. Running sessions end when the key changes; the peers shake hands anew.</summary>
    /// <param name="privateKey">The device's key. It goes to the device over a socket or a pipe, never through a command line or a file.</param>
    /// <param name="listenPort">UDP port, 1 to 65535; 0 lets the device choose.</param>
    /// <param name="cancellationToken">Gives up; what was done by then stays.</param>
    Task ConfigureAsync(WireGuardPrivateKey privateKey, int listenPort, CancellationToken cancellationToken);

    /// <summary>Reads the device and its peers.</summary>
    Task<WireGuardDeviceStatus> GetStatusAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Removes peers, then adds or replaces others, in as few round trips as the device allows. Nothing is changed when the result would give one address to two peers. A
    /// device is not atomic: where it refuses one peer, the others are still changed, removals first, and the exception names those that were not.
    /// </summary>
    /// <param name="set">Peers to add, or to bring to exactly this.</param>
    /// <param name="remove">Peers to take away; one that is not there is no error.</param>
    /// <param name="cancellationToken">Gives up; what was done by then stays.</param>
    /// <exception cref="TunnelException">An address would silently leave one peer for another (both keys and the address are named), a value is out of range, or the device refuses.</exception>
    Task UpdatePeersAsync(IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove, CancellationToken cancellationToken);
}

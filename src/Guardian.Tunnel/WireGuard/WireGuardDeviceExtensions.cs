namespace Guardian.Tunnel;

/// <summary>What every device can do because it can do the rest.</summary>
public static class WireGuardDeviceExtensions
{
    /// <summary>Adds a peer, or brings it to exactly this.</summary>
    /// <exception cref="TunnelException">As <see cref="IWireGuardDevice.UpdatePeersAsync"/>.</exception>
    public static Task SetPeerAsync(this IWireGuardDevice device, WireGuardPeer peer, CancellationToken cancellationToken) =>
        device.UpdatePeersAsync([peer], [], cancellationToken);

    /// <summary>Takes a peer away; its traffic stops at once. One that is not there is no error.</summary>
    /// <exception cref="TunnelException">As <see cref="IWireGuardDevice.UpdatePeersAsync"/>.</exception>
    public static Task RemovePeerAsync(this IWireGuardDevice device, WireGuardPublicKey publicKey, CancellationToken cancellationToken) =>
        device.UpdatePeersAsync([], [publicKey], cancellationToken);

    /// <summary>The peers as they stand.</summary>
    /// <exception cref="TunnelException">As <see cref="IWireGuardDevice.GetStatusAsync"/>.</exception>
    public static async Task<IReadOnlyList<WireGuardPeerStatus>> ListPeersAsync(this IWireGuardDevice device, CancellationToken cancellationToken) =>
        (await device.GetStatusAsync(cancellationToken).ConfigureAwait(false)).Peers;

    /// <summary>
    /// Watches handshakes and silences by looking every second. The first look tells how each peer stands that has ever shaken hands. While the device does not answer nothing is told; the watch goes on
    /// when it does again.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="silentAfter">A peer from which nothing has come for so long is silent. At least 1 second; with a keepalive, several times that.</param>
    /// <param name="timeProvider">The clock that handshakes are compared with.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public static IAsyncEnumerable<WireGuardPeerEvent> WatchAsync(this IWireGuardDevice device, TimeSpan silentAfter, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        PeerWatch.RunAsync(device.ListPeersAsync, silentAfter, timeProvider, cancellationToken);
}

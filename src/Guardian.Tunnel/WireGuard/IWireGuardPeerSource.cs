namespace Guardian.Tunnel;

/// <summary>What the registry wants on the device.</summary>
public interface IWireGuardPeerSource
{
    /// <summary>Every peer that should be there. A candidate, the new key of a rotation, has no allowed addresses yet.</summary>
    Task<IReadOnlyList<WireGuardPeer>> ListPeersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// A candidate has shaken hands, so its edge holds the new key: it takes over the addresses of the key that it replaces, and <see cref="ListPeersAsync"/> says so from now on. It may be called more than once for the same key.
    /// </summary>
    Task ConfirmPeerAsync(WireGuardPublicKey candidate, CancellationToken cancellationToken);
}

using Guardian.Tunnel;

namespace Guardian.Bench.Tunnel;

/// <summary>A registry that is a list.</summary>
internal sealed class PeerList : IWireGuardPeerSource
{
    public IReadOnlyList<WireGuardPeer> Peers { get; set; } = [];

    public Task<IReadOnlyList<WireGuardPeer>> ListPeersAsync(CancellationToken cancellationToken) => Task.FromResult(Peers);

    public Task ConfirmPeerAsync(WireGuardPublicKey candidate, CancellationToken cancellationToken) => Task.CompletedTask;
}

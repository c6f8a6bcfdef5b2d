using System.Net;

namespace Guardian.Tunnel.Tests;

/// <summary>A registry of edges, each with a key and perhaps a new one.</summary>
internal sealed class FakePeerSource : IWireGuardPeerSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Edge> _edges = [];

    /// <summary>Thrown by the next listing.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Candidates that were confirmed, in order.</summary>
    public IReadOnlyList<WireGuardPublicKey> Confirmed { get; private set; } = [];

    public void Add(string name, WireGuardPublicKey key, TunnelAddresses addresses) => Change(() => _edges[name] = new Edge(key, null, addresses.ToNetworks()));

    public void Rotate(string name, WireGuardPublicKey candidate) => Change(() => _edges[name] = _edges[name] with { Candidate = candidate });

    public void Remove(string name) => Change(() => _edges.Remove(name));

    public Task<IReadOnlyList<WireGuardPeer>> ListPeersAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Failure is { } failure)
            {
                Failure = null;
                throw failure;
            }

            return Task.FromResult<IReadOnlyList<WireGuardPeer>>([.. _edges.Values.SelectMany(Peers)]);
        }
    }

    public Task ConfirmPeerAsync(WireGuardPublicKey candidate, CancellationToken cancellationToken)
    {
        Change(() =>
        {
            foreach ((string name, Edge edge) in _edges.Where(e => candidate.Equals(e.Value.Candidate)).ToList())
            {
                _edges[name] = edge with { Key = candidate, Candidate = null };
                Confirmed = [.. Confirmed, candidate];
            }
        });
        return Task.CompletedTask;
    }

    private static IEnumerable<WireGuardPeer> Peers(Edge edge)
    {
        yield return new WireGuardPeer { PublicKey = edge.Key, AllowedAddresses = edge.Addresses };
        if (edge.Candidate is not null)
        {
            yield return new WireGuardPeer { PublicKey = edge.Candidate };
        }
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
        }
    }

    private sealed record Edge(WireGuardPublicKey Key, WireGuardPublicKey? Candidate, IReadOnlyList<IPNetwork> Addresses);
}

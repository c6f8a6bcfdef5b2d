using System.Collections.Concurrent;
using Guardian.Models.Internal;

namespace Guardian.Models.Rollouts;

/// <summary>One signal for each edge, so that an order for one of a thousand does not make all of them look.</summary>
internal sealed class EdgeSignals
{
    private readonly ConcurrentDictionary<string, ChangeSignal> _edges = new(StringComparer.Ordinal);

    public ChangeSignal Of(string edgeId) => _edges.GetOrAdd(edgeId, _ => new ChangeSignal());

    public void Raise(IEnumerable<string> edgeIds)
    {
        foreach (string edge in edgeIds)
        {
            if (_edges.TryGetValue(edge, out ChangeSignal? signal))
            {
                signal.Raise();
            }
        }
    }
}

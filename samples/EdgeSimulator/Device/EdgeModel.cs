using Guardian.Models;

namespace Guardian.EdgeSimulator.Device;

/// <summary>A deployed model on the edge.</summary>
internal sealed record EdgeModel(string ModelId, ModelScorer Scorer, long SizeBytes, string Sha256) : IDisposable
{
    public void Dispose() => Scorer.Dispose();
}

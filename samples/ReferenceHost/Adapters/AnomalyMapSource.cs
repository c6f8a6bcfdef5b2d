using System.Collections.Concurrent;
using Guardian.Analysis;
using Guardian.Models;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>The camera's newest usable model for the second stage, loaded once and replaced when there is a newer one.</summary>
internal sealed class AnomalyMapSource(IModelCatalog catalog) : IAnomalyMapSource, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ModelScorer>>> _scorers = new();

    public async ValueTask<AnomalyMap?> ComputeAsync(string cameraId, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken)
    {
        // Before an edge has confirmed a camera's first model, the node already works with it.
        CatalogModel? model = await catalog.ActiveForCameraAsync(cameraId, cancellationToken)
            ?? (await catalog.ListAsync(cameraId, cancellationToken)).FirstOrDefault(m => m.Status == ModelStatus.Ready);
        if (model is null)
        {
            return null;
        }

        ModelScorer scorer = await _scorers.GetOrAdd(model.ModelId, id => new Lazy<Task<ModelScorer>>(() => LoadAsync(id))).Value.WaitAsync(cancellationToken);
        ModelScore score = scorer.Score(jpeg);
        return new AnomalyMap(score.Score, score.Threshold, score.ErrorMap);
    }

    public void Dispose()
    {
        foreach (Lazy<Task<ModelScorer>> scorer in _scorers.Values.Where(s => s.IsValueCreated && s.Value.IsCompletedSuccessfully))
        {
            scorer.Value.GetAwaiter().GetResult().Dispose();
        }
    }

    private async Task<ModelScorer> LoadAsync(string modelId)
    {
        try
        {
            await using Stream file = await catalog.OpenAsync(modelId, CancellationToken.None);
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes);
            return new ModelScorer(bytes.ToArray());
        }
        catch
        {
            // The next frame tries again: a store that failed for a moment must not disable the camera for good.
            _scorers.TryRemove(modelId, out _);
            throw;
        }
    }
}

using System.Collections.Concurrent;
using Guardian.Analysis;
using Guardian.Models;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>Each camera's newest usable model for the second stage, loaded once and replaced when there is a newer one.</summary>
internal sealed class AnomalyMapSource(IModelCatalog catalog) : IAnomalyMapSource, IDisposable
{
    private readonly ConcurrentDictionary<string, CameraScorer> _cameras = new();

    public async ValueTask<AnomalyMap?> ComputeAsync(string cameraId, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken)
    {
        CameraScorer camera = _cameras.GetOrAdd(cameraId, static (id, models) => new CameraScorer(id, models), catalog);
        return await camera.ScoreAsync(jpeg, cancellationToken) is { } score ? new AnomalyMap(score.Score, score.Threshold, score.ErrorMap) : null;
    }

    public void Dispose()
    {
        foreach (CameraScorer camera in _cameras.Values)
        {
            camera.Dispose();
        }
    }
}

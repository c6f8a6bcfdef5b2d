using Guardian.Models;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>
/// The scorer of one camera's newest usable model. One user at a time: so a newer model can take its place and the old one's memory can be given back without
/// anyone still scoring with it.
/// </summary>
internal sealed class CameraScorer(string cameraId, IModelCatalog catalog) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private string? _modelId;
    private ModelScorer? _scorer;

    /// <returns>Null when the camera has no model.</returns>
    public async Task<ModelScore?> ScoreAsync(ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await UseNewestAsync(cancellationToken);
            return _scorer?.Score(jpeg);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        _scorer?.Dispose();
        _gate.Dispose();
    }

    private async Task UseNewestAsync(CancellationToken cancellationToken)
    {
        // Before an edge has confirmed a camera's first model, the node already works with it.
        CatalogModel? model = await catalog.ActiveForCameraAsync(cameraId, cancellationToken)
            ?? (await catalog.ListAsync(cameraId, cancellationToken)).FirstOrDefault(m => m.Status == ModelStatus.Ready);
        if (model?.ModelId == _modelId)
        {
            return;
        }

        // A model that cannot be loaded leaves the old one in place; the next frame tries again.
        ModelScorer? newest = model is null ? null : await LoadAsync(model.ModelId, cancellationToken);
        _scorer?.Dispose();
        _scorer = newest;
        _modelId = model?.ModelId;
    }

    private async Task<ModelScorer> LoadAsync(string modelId, CancellationToken cancellationToken)
    {
        await using Stream file = await catalog.OpenAsync(modelId, cancellationToken);
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, cancellationToken);
        return new ModelScorer(bytes.ToArray());
    }
}

namespace Guardian.Analysis;

/// <summary>For hosts without models: every result says that there was none.</summary>
internal sealed class NoAnomalyMaps : IAnomalyMapSource
{
    public ValueTask<AnomalyMap?> ComputeAsync(string cameraId, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken) => new((AnomalyMap?)null);
}

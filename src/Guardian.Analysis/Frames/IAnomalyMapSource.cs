namespace Guardian.Analysis;

/// <summary>
/// The port through which this package asks a camera's anomaly model about a frame. Hosts provide it; implementations are thread-safe.
/// </summary>
public interface IAnomalyMapSource
{
    /// <summary>Scores one frame.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="jpeg">The frame; it has been decoded once without error.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The map, or null when the camera has no model.</returns>
    /// <exception cref="AnalysisException">
    /// One that is not transient makes the frame count as not scored and is reported among the problems; everything else ends the analysis.
    /// </exception>
    ValueTask<AnomalyMap?> ComputeAsync(string cameraId, ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken);
}

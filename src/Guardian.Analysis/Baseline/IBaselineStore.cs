namespace Guardian.Analysis;

/// <summary>Remembers what is normal for each camera. Implementations are thread-safe.</summary>
public interface IBaselineStore
{
    /// <summary>
    /// Counts one normal frame. When this returns the count is durable; observing the same <see cref="BaselineObservation.SourceId"/> of a
    /// camera again changes nothing.
    /// </summary>
    /// <param name="cameraId">The camera, 1 to 128 characters.</param>
    /// <param name="observation">The frame.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A field is outside its bounds; the message names it.</exception>
    /// <exception cref="AnalysisException">The camera has reached its limit of frames, or the store failed.</exception>
    Task ObserveAsync(string cameraId, BaselineObservation observation, CancellationToken cancellationToken);

    /// <summary>What has been observed of a camera; an empty baseline when nothing has.</summary>
    /// <param name="cameraId">The camera, 1 to 128 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException"><paramref name="cameraId"/> is outside its bounds.</exception>
    /// <exception cref="AnalysisException">The store failed.</exception>
    Task<CameraBaseline> GetAsync(string cameraId, CancellationToken cancellationToken);
}

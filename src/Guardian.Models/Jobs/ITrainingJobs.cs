namespace Guardian.Models;

/// <summary>Training jobs as rows, so that a killed process resumes where it stood. Thread-safe.</summary>
public interface ITrainingJobs
{
    /// <summary>Orders a training. While one of the camera is queued or running, that one is returned.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may be ordered nevertheless.</param>
    Task<TrainingJob> EnqueueAsync(string cameraId, CancellationToken cancellationToken);

    /// <summary>
    /// Leases the oldest job that waits or whose lease has run out. One whose lease has run out three times fails instead: it takes its process with it.
    /// </summary>
    /// <param name="leaseDuration">1 second to 1 day; must cover the time to the first progress report.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The lease, or null when there is nothing to do.</returns>
    Task<TrainingJobLease?> LeaseNextAsync(TimeSpan leaseDuration, CancellationToken cancellationToken);

    /// <summary>Stores progress and renews the lease.</summary>
    /// <param name="lease">From <see cref="LeaseNextAsync"/>.</param>
    /// <param name="progress">The progress.</param>
    /// <param name="leaseDuration">From now on; 1 second to 1 day.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the lease was lost to another worker: stop working on the job.</returns>
    Task<bool> ReportProgressAsync(TrainingJobLease lease, TrainingProgress progress, TimeSpan leaseDuration, CancellationToken cancellationToken);

    /// <summary>Ends a job with its model.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="modelId">The model.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the lease was lost.</returns>
    Task<bool> CompleteAsync(TrainingJobLease lease, string modelId, CancellationToken cancellationToken);

    /// <summary>Ends a job without a model.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="error">Why; of more than 1000 characters the first 1000 are kept.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the lease was lost.</returns>
    Task<bool> FailAsync(TrainingJobLease lease, string error, CancellationToken cancellationToken);

    /// <summary>The newest jobs, newest first.</summary>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<TrainingJob>> ListAsync(int limit, CancellationToken cancellationToken);

    /// <summary>A camera's newest job, or null.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<TrainingJob?> GetLatestAsync(string cameraId, CancellationToken cancellationToken);
}

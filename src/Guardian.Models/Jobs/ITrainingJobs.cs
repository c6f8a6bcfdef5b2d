namespace Guardian.Models;

/// <summary>Training jobs as rows, so that a killed process resumes where it stood. Thread-safe.</summary>
public interface ITrainingJobs
{
    /// <summary>Orders a training of priority 0. While one of the camera is queued or running, that one is returned.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may be ordered nevertheless.</param>
    Task<TrainingJob> EnqueueAsync(string cameraId, CancellationToken cancellationToken);

    /// <summary>Orders a training. While one of the camera is queued or running, that one is returned, with the higher of both priorities.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="priority">Jobs of a higher one are leased first: -100 to 100.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may be ordered nevertheless.</param>
    Task<TrainingJob> EnqueueAsync(string cameraId, int priority, CancellationToken cancellationToken);

    /// <summary>
    /// Leases a job that waits or whose lease has run out: of those of the highest priority the oldest. One whose lease has run out three times since it last
    /// came further fails instead: it takes its process with it.
    /// </summary>
    /// <param name="leaseDuration">1 second to 1 day; must cover the time to the first progress report or renewal.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The lease, or null when there is nothing to do or <see cref="GuardianModelsOptions.MaxTrainings"/> run.</returns>
    Task<TrainingJobLease?> LeaseNextAsync(TimeSpan leaseDuration, CancellationToken cancellationToken);

    /// <summary>Stores progress and renews the lease.</summary>
    /// <param name="lease">From <see cref="LeaseNextAsync"/>.</param>
    /// <param name="progress">The progress.</param>
    /// <param name="leaseDuration">From now on; 1 second to 1 day.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the lease was lost to another worker or the job was cancelled: stop working on it.</returns>
    Task<bool> ReportProgressAsync(TrainingJobLease lease, TrainingProgress progress, TimeSpan leaseDuration, CancellationToken cancellationToken);

    /// <summary>Renews the lease; to be called more often than leases last, and as often as a worker wants to hear of a cancelled job.</summary>
    /// <param name="lease">From <see cref="LeaseNextAsync"/>.</param>
    /// <param name="leaseDuration">From now on; 1 second to 1 day.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the lease was lost to another worker or the job was cancelled: stop working on it.</returns>
    Task<bool> RenewAsync(TrainingJobLease lease, TimeSpan leaseDuration, CancellationToken cancellationToken);

    /// <summary>Says which version of the dataset the job trains on; the version is then kept as long as the job is open.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the lease was lost or the job was cancelled.</returns>
    Task<bool> SetDatasetAsync(TrainingJobLease lease, DatasetVersion version, CancellationToken cancellationToken);

    /// <summary>Ends a job that waits or runs, without a model. One that runs stops when its worker next renews its lease.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when there is no such job or it has ended.</returns>
    Task<bool> CancelAsync(string jobId, CancellationToken cancellationToken);

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

    /// <summary>A job, or null when there is none with this id.</summary>
    /// <param name="jobId">Its id.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<TrainingJob?> GetAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>A camera's newest job, or null.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<TrainingJob?> GetLatestAsync(string cameraId, CancellationToken cancellationToken);
}

namespace Guardian.Models;

/// <summary>Brings models to edges, checked at both ends. Deployments are rows: a restart forgets none. Thread-safe.</summary>
public interface IModelDistributor
{
    /// <summary>
    /// Orders a model for an edge. An open or active deployment of the same model, camera and edge is returned as it is; open ones of other models for that
    /// camera and edge are superseded.
    /// </summary>
    /// <param name="cameraId">The camera the edge is to use the model for.</param>
    /// <param name="edgeId">The edge, in the form of a camera id.</param>
    /// <param name="modelId">A model of the catalog.</param>
    /// <param name="cancellationToken">Gives up waiting; the deployment may be ordered nevertheless.</param>
    /// <exception cref="ModelException">No such model, or it has failed, or it was trained for another camera.</exception>
    Task<ModelDeployment> CreateAsync(string cameraId, string edgeId, string modelId, CancellationToken cancellationToken);

    /// <summary>A deployment, or null.</summary>
    /// <param name="deploymentId">Its id.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<ModelDeployment?> GetAsync(string deploymentId, CancellationToken cancellationToken);

    /// <summary>An edge's pending and downloading deployments, oldest first.</summary>
    /// <param name="edgeId">The edge.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<ModelDeployment>> PendingForEdgeAsync(string edgeId, CancellationToken cancellationToken);

    /// <summary>First what <see cref="PendingForEdgeAsync"/> gives, then every new deployment of the edge as it is ordered, without end.</summary>
    /// <param name="edgeId">The edge.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<ModelDeployment> WatchAsync(string edgeId, CancellationToken cancellationToken);

    /// <summary>The model file from an offset on, already checked against the hash; a pending deployment becomes downloading.</summary>
    /// <param name="deploymentId">Its id.</param>
    /// <param name="offset">Bytes to skip, 0 to the file's size: where an interrupted download goes on.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is outside the file.</exception>
    /// <exception cref="ModelException">No such deployment, it was superseded, or the file is not what was registered.</exception>
    Task<Stream> OpenModelAsync(string deploymentId, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// Records an edge's outcome. A success with another hash, or with a probe score more than 1 % off, is recorded as failed. A success makes the model its
    /// camera's active one. A deployment that has ended keeps its outcome: reporting again changes nothing.
    /// </summary>
    /// <param name="deploymentId">Its id.</param>
    /// <param name="edgeId">The edge that reports.</param>
    /// <param name="report">What it says.</param>
    /// <param name="cancellationToken">Gives up waiting; the report may be recorded nevertheless.</param>
    /// <returns>The deployment as it is now; null when there is none of this id for this edge.</returns>
    Task<ModelDeployment?> ReportAsync(string deploymentId, string edgeId, DeploymentReport report, CancellationToken cancellationToken);
}

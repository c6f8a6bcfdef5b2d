namespace Guardian.Models;

/// <summary>Brings models to edges, checked at both ends, one by one or in rollouts with gates. Everything is rows: a restart forgets nothing. Thread-safe.</summary>
public interface IModelDistributor
{
    /// <summary>
    /// Orders a model for an edge, without gates. An open or active deployment of the same model, camera and edge is returned as it is; open ones of other models for that
    /// camera and edge are superseded, and rollouts leave that edge and camera from then on.
    /// </summary>
    /// <param name="cameraId">The camera the edge is to use the model for.</param>
    /// <param name="edgeId">The edge, in the form of a camera id.</param>
    /// <param name="modelId">A model of the catalog.</param>
    /// <param name="cancellationToken">Gives up waiting; the deployment may be ordered nevertheless.</param>
    /// <exception cref="ModelException">No such model, or it has failed, or it is another camera's.</exception>
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

    /// <summary>The model file from an offset on, checked as it is read (<see cref="IModelCatalog.OpenAsync"/>); a pending deployment becomes downloading. When the model has failed, so does the deployment.</summary>
    /// <param name="deploymentId">Its id.</param>
    /// <param name="offset">Bytes to skip, 0 to the file's size: where an interrupted download goes on.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is outside the file.</exception>
    /// <exception cref="ModelException">No such deployment, it has ended, it brings no model, or the model has failed.</exception>
    Task<Stream> OpenModelAsync(string deploymentId, long offset, CancellationToken cancellationToken);

    /// <summary>The pictures that an edge proves a model with, and their scores; none when the model gives none, or its camera has no frames.</summary>
    /// <param name="modelId">The model.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<ProbeFrame>> ProbeFramesAsync(string modelId, CancellationToken cancellationToken);

    /// <summary>
    /// Records an edge's outcome. A success with another hash, or with scores that do not agree (<see cref="ProbeTolerance"/>), is recorded as failed. A success makes the model its
    /// camera's active one. A deployment that has ended keeps its outcome: reporting again changes nothing.
    /// </summary>
    /// <param name="deploymentId">Its id.</param>
    /// <param name="edgeId">The edge that reports.</param>
    /// <param name="report">What it says.</param>
    /// <param name="cancellationToken">Gives up waiting; the report may be recorded nevertheless.</param>
    /// <returns>The deployment as it is now; null when there is none of this id for this edge.</returns>
    Task<ModelDeployment?> ReportAsync(string deploymentId, string edgeId, DeploymentReport report, CancellationToken cancellationToken);

    /// <summary>Records what an edge can run; new rollouts are checked against it.</summary>
    /// <param name="edgeId">The edge.</param>
    /// <param name="runtime">What it says.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task RecordRuntimeAsync(string edgeId, EdgeRuntime runtime, CancellationToken cancellationToken);

    /// <summary>An edge says which deployments it works with; what it should work with and does not is offered to it again.</summary>
    /// <param name="edgeId">The edge.</param>
    /// <param name="deploymentIds">The deployments that brought what it works with.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task ReconcileAsync(string edgeId, IReadOnlyCollection<string> deploymentIds, CancellationToken cancellationToken);

    /// <summary>Adds what an edge has counted since it last said so. Counters of deployments that are not the edge's, and impossible ones, are left out.</summary>
    /// <param name="edgeId">The edge.</param>
    /// <param name="counters">At most 256.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were taken.</returns>
    Task<int> RecordCountersAsync(string edgeId, IReadOnlyList<ModelCounters> counters, CancellationToken cancellationToken);

    /// <summary>What edges work with, by edge and camera.</summary>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<CameraAssignment>> AssignmentsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Begins a rollout. Targets that cannot take part (an edge whose runtime does not fit, a pinned camera) are skipped, each with its reason; targets of earlier rollouts that this one has too are taken over.
    /// </summary>
    /// <param name="request">What, where and how.</param>
    /// <param name="cancellationToken">Gives up waiting; the rollout may have begun nevertheless.</param>
    /// <exception cref="ArgumentException">A field is outside its bounds; the message names every one.</exception>
    /// <exception cref="ModelException">A model is not there, has failed, is still trained or is another camera's.</exception>
    Task<Rollout> StartAsync(RolloutRequest request, CancellationToken cancellationToken);

    /// <summary>A rollout with its targets, or null.</summary>
    /// <param name="rolloutId">Its id.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<Rollout?> GetRolloutAsync(string rolloutId, CancellationToken cancellationToken);

    /// <summary>The newest rollouts without their targets, newest first.</summary>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<Rollout>> ListRolloutsAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Holds an open rollout, or lets it go on. One that goes back cannot be held.</summary>
    /// <param name="rolloutId">Its id.</param>
    /// <param name="isPaused">Whether to hold it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The rollout as it is now; null when there is none.</returns>
    /// <exception cref="ModelException">It has ended or is on its way back.</exception>
    Task<Rollout?> SetPausedAsync(string rolloutId, bool isPaused, CancellationToken cancellationToken);

    /// <summary>Rolls an open rollout back: everyone gets the previous model again.</summary>
    /// <param name="rolloutId">Its id.</param>
    /// <param name="reason">Who wants it and why, 1 to 200 characters.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The rollout as it is now; null when there is none.</returns>
    /// <exception cref="ModelException">It has ended.</exception>
    Task<Rollout?> RollBackAsync(string rolloutId, string reason, CancellationToken cancellationToken);

    /// <summary>Ends a comparison: a rollout at once brings the chosen model to those that have the other.</summary>
    /// <param name="rolloutId">The comparison's id.</param>
    /// <param name="arm">"A" or "B".</param>
    /// <param name="actor">Who decides.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The rollout that brings the model; the comparison itself when nobody had the other. Null when there is no such rollout.</returns>
    /// <exception cref="ModelException">It is not a comparison that is open.</exception>
    Task<Rollout?> ConcludeAsync(string rolloutId, string arm, string actor, CancellationToken cancellationToken);

    /// <summary>Lets every open rollout take the steps that are due. Call it about once a second.</summary>
    /// <param name="cancellationToken">Ends it between two rollouts.</param>
    /// <returns>How many rollouts moved.</returns>
    Task<int> AdvanceAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a camera out of rollouts from now on, or lets it take part again.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="reason">Why, 1 to 200 characters; null to let it take part again.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task SetPinAsync(string cameraId, string? reason, string actor, CancellationToken cancellationToken);

    /// <summary>Pinned cameras.</summary>
    /// <param name="cancellationToken">Ends the query.</param>
    Task<IReadOnlyList<CameraPin>> PinsAsync(CancellationToken cancellationToken);
}

using Guardian.Models;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Workers;

/// <summary>
/// Orders trainings and keeps each camera's readiness in step with them. The two are rows of two files, so a kill can come between them: whatever it leaves
/// behind is put right from the training job, which is the truth.
/// </summary>
internal sealed class TrainingOrders(IDatasetStore datasets, ITrainingJobs jobs, IModelCatalog catalog, EdgeRegistry registry)
{
    /// <summary>Label of the snapshots that a model learns from.</summary>
    public const string Normal = "normal";

    /// <summary>Orders the camera's training when it waits for snapshots and has enough of them.</summary>
    public async Task OrderAsync(string cameraId, CancellationToken cancellationToken)
    {
        if (await registry.Cameras.GetAsync(cameraId, cancellationToken) is { Readiness: CameraReadinessState.NeedsSnapshots } camera)
        {
            await OrderAsync(camera, cancellationToken);
        }
    }

    /// <summary>Orders a camera's training because somebody wants it, whatever it has already.</summary>
    /// <returns>The job, or why there is none.</returns>
    public async Task<(TrainingJob? Job, string? Refusal)> StartAsync(string cameraId, int priority, CancellationToken cancellationToken)
    {
        int normal = (await datasets.CountsAsync(cameraId, cancellationToken)).GetValueOrDefault(Normal);
        if (normal < TrainingOptions.MinImages)
        {
            return (null, $"camera {cameraId} has {normal} pictures labelled {Normal}; at least {TrainingOptions.MinImages} are needed");
        }

        if (await jobs.GetLatestAsync(cameraId, cancellationToken) is not { State: TrainingJobState.Running } && await registry.Cameras.GetAsync(cameraId, cancellationToken) is not null)
        {
            await registry.Cameras.SetReadinessAsync(cameraId, CameraReadinessState.ReadyForTraining, cancellationToken);
        }

        return (await jobs.EnqueueAsync(cameraId, priority, cancellationToken), null);
    }

    /// <summary>Cancels a job and puts its camera back to where it was.</summary>
    /// <returns>False when there is no such job or it has ended.</returns>
    public async Task<bool> CancelAsync(string jobId, CancellationToken cancellationToken)
    {
        if (!await jobs.CancelAsync(jobId, cancellationToken))
        {
            return false;
        }

        TrainingJob job = (await jobs.GetAsync(jobId, cancellationToken))!;
        if (await registry.Cameras.GetAsync(job.CameraId, cancellationToken) is { } camera)
        {
            await FollowAsync(camera, job, cancellationToken);
        }

        return true;
    }

    /// <summary>Where a camera stands that is in no training: with a model, or without.</summary>
    public async Task<CameraReadinessState> RestingAsync(string cameraId, CancellationToken cancellationToken) =>
        (await catalog.ListAsync(cameraId, cancellationToken)).Any(m => m.Status is ModelStatus.Ready or ModelStatus.Active) ? CameraReadinessState.Trained : CameraReadinessState.NeedsSnapshots;

    /// <summary>For a node that starts: every camera gets the readiness that its newest job says, and an order that a kill swallowed is given again.</summary>
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        foreach (RegisteredCamera camera in await registry.Cameras.ListAsync(null, cancellationToken))
        {
            if (await jobs.GetLatestAsync(camera.Id, cancellationToken) is { } job)
            {
                await FollowAsync(camera, job, cancellationToken);
            }
            else
            {
                await OrderAsync(camera, cancellationToken);
            }
        }
    }

    /// <summary>For a node that runs: a job can also end without the worker, when its lease has run out too often.</summary>
    public async Task ReconcileEndedAsync(CancellationToken cancellationToken)
    {
        foreach (RegisteredCamera camera in await registry.Cameras.ListAsync(null, cancellationToken))
        {
            if (camera.Readiness == CameraReadinessState.TrainingInProgress && await jobs.GetLatestAsync(camera.Id, cancellationToken) is { } job)
            {
                await FollowAsync(camera, job, cancellationToken);
            }
        }
    }

    private async Task OrderAsync(RegisteredCamera camera, CancellationToken cancellationToken)
    {
        if (await jobs.GetLatestAsync(camera.Id, cancellationToken) is { State: TrainingJobState.Cancelled })
        {
            // Whoever cancelled it did not mean that the next picture orders it again.
            return;
        }

        IReadOnlyDictionary<string, int> counts = await datasets.CountsAsync(camera.Id, cancellationToken);
        if (counts.GetValueOrDefault(Normal) >= Math.Max(camera.RequiredSnapshots, TrainingOptions.MinImages))
        {
            // The job last: the worker takes it at once, and what it then says of the camera must not be overwritten.
            await registry.Cameras.SetReadinessAsync(camera.Id, CameraReadinessState.ReadyForTraining, cancellationToken);
            await jobs.EnqueueAsync(camera.Id, cancellationToken);
        }
    }

    private async Task FollowAsync(RegisteredCamera camera, TrainingJob job, CancellationToken cancellationToken)
    {
        CameraReadinessState readiness = job.State switch
        {
            TrainingJobState.Succeeded => CameraReadinessState.Trained,

            // Without a model the next snapshot orders again, unless somebody has cancelled it.
            TrainingJobState.Failed or TrainingJobState.Cancelled => await RestingAsync(camera.Id, cancellationToken),

            // The worker comes to it.
            _ => camera.Readiness,
        };
        if (readiness != camera.Readiness)
        {
            await registry.Cameras.SetReadinessAsync(camera.Id, readiness, cancellationToken);
        }
    }
}

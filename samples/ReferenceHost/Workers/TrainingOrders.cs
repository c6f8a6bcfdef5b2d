using Guardian.Models;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Workers;

/// <summary>
/// Orders trainings and keeps each camera's readiness in step with them. The two are rows of two files, so a kill can come between them: whatever it leaves
/// behind is put right from the training job, which is the truth.
/// </summary>
internal sealed class TrainingOrders(IDatasetStore datasets, ITrainingJobs jobs, EdgeRegistry registry)
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

            // The next snapshot orders again.
            TrainingJobState.Failed => CameraReadinessState.NeedsSnapshots,

            // The worker comes to it.
            _ => camera.Readiness,
        };
        if (readiness != camera.Readiness)
        {
            await registry.Cameras.SetReadinessAsync(camera.Id, readiness, cancellationToken);
        }
    }
}

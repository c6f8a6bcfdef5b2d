using Guardian.Models;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>Tunnel's snapshots into the camera's dataset; the one that makes it complete orders the training.</summary>
internal sealed class DatasetIntake(IDatasetStore datasets, ITrainingJobs jobs, EdgeRegistry registry) : IDatasetIntake
{
    private const string Normal = "normal";

    public async Task<UploadSnapshotResponse> AcceptAsync(Tunnel.EdgeId edge, UploadSnapshotRequest snapshot, CancellationToken cancellationToken)
    {
        SnapshotIntake intake = await datasets.AddAsync(
            new DatasetSnapshot
            {
                SnapshotId = snapshot.SnapshotId,
                CameraId = snapshot.CameraId,
                Label = snapshot.Label,
                CapturedAt = UnixNanoseconds.ToInstant(snapshot.CapturedAt),
                Jpeg = snapshot.Jpeg.Memory,
            },
            cancellationToken);
        if (intake.IsStored && snapshot.Label == Normal)
        {
            await OrderTrainingAsync(snapshot.CameraId, cancellationToken);
        }

        return new UploadSnapshotResponse
        {
            SnapshotId = snapshot.SnapshotId,
            Result = intake.Outcome switch
            {
                SnapshotOutcome.Accepted => UploadSnapshotResponse.Types.Result.Accepted,
                SnapshotOutcome.Duplicate => UploadSnapshotResponse.Types.Result.Duplicate,
                _ => UploadSnapshotResponse.Types.Result.Refused,
            },
            Reason = intake.Reason ?? "",
        };
    }

    /// <summary>Also runs when the last snapshot is sent again, so that a kill between the two steps is made good.</summary>
    private async Task OrderTrainingAsync(string cameraId, CancellationToken cancellationToken)
    {
        RegisteredCamera? camera = await registry.GetCameraAsync(cameraId, cancellationToken);
        if (camera is not { Readiness: CameraReadinessState.NeedsSnapshots })
        {
            return;
        }

        IReadOnlyDictionary<string, int> counts = await datasets.CountsAsync(cameraId, cancellationToken);
        if (counts.GetValueOrDefault(Normal) >= Math.Max(camera.RequiredSnapshots, TrainingOptions.MinImages))
        {
            await jobs.EnqueueAsync(cameraId, cancellationToken);
            await registry.SetReadinessAsync(cameraId, CameraReadinessState.ReadyForTraining, cancellationToken);
        }
    }
}

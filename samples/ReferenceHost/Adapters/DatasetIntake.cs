using Guardian.Models;
using Guardian.ReferenceHost.Workers;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>Tunnel's snapshots into the camera's dataset; the one that makes it complete orders the training.</summary>
internal sealed class DatasetIntake(IDatasetStore datasets, TrainingOrders orders) : IDatasetIntake
{
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
        if (intake.IsStored && snapshot.Label == TrainingOrders.Normal)
        {
            // Also when the last snapshot is sent again, so that a kill between the two steps is made good.
            await orders.OrderAsync(snapshot.CameraId, cancellationToken);
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
}

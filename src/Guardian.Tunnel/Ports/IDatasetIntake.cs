using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Where labelled snapshots go. The edge is authenticated and may speak for the camera; all else is unchecked.</summary>
public interface IDatasetIntake
{
    /// <summary>Takes one snapshot. When the task ends with accepted or duplicate, it is durable.</summary>
    Task<UploadSnapshotResponse> AcceptAsync(EdgeId edge, UploadSnapshotRequest snapshot, CancellationToken cancellationToken);
}

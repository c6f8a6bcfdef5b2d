using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves the node's half of <c>edge.control.ControlService</c>; the other methods are the edge's to serve.</summary>
internal sealed class ControlApi(EdgeGate gate, EdgeRegistry registry)
{
    private const int MaxName = 128, MaxWord = 32, MaxSnapshots = 1_000_000, MaxRequired = 5000, MaxLabels = 32;

    public void Bind(EdgeBinder binder)
    {
        binder.Unary<SyncCapabilitiesRequest, SyncCapabilitiesResponse>("SyncCapabilities", SyncCapabilitiesAsync);
        binder.Unimplemented("GetConfig");
        binder.Unimplemented("UpdateConfig");
        binder.Unimplemented("RestartService");
    }

    private async ValueTask<SyncCapabilitiesResponse> SyncCapabilitiesAsync(
        EdgeId edge, SyncCapabilitiesRequest request, ServerCall<SyncCapabilitiesRequest, SyncCapabilitiesResponse> call)
    {
        if (Wrong(request) is { } wrong)
        {
            return new SyncCapabilitiesResponse { Success = false, ErrorMessage = wrong };
        }

        await gate.SyncCamerasAsync(edge, [.. request.Cameras.Select(ToReported)], call).ConfigureAwait(false);
        var response = new SyncCapabilitiesResponse { Success = true };
        foreach (RegisteredCamera camera in await registry.Cameras.ListAsync(edge, call.CancellationToken).ConfigureAwait(false))
        {
            response.Cameras.Add(new CameraReadiness
            {
                CameraId = camera.Id,
                Status = WordOf(camera.Readiness),
                LabeledSnapshotCount = (uint)camera.LabelledSnapshots,
                RequiredSnapshotCount = (uint)camera.RequiredSnapshots,
            });
        }

        return response;
    }

    /// <summary>The contract's word for a readiness.</summary>
    public static string WordOf(CameraReadinessState readiness) => readiness switch
    {
        CameraReadinessState.NeedsSnapshots => "needs_snapshots",
        CameraReadinessState.ReadyForTraining => "ready_for_training",
        CameraReadinessState.TrainingInProgress => "training_in_progress",
        _ => "trained",
    };

    private static ReportedCamera ToReported(CameraCapability c) => new(
        c.CameraId, c.Name, c.Type, c.Enabled, c.Status, (int)c.RequiredSnapshotCount, (int)c.LabeledSnapshotCount, c.LabelCounts.ToDictionary(l => l.Key, l => (int)l.Value));

    private static string? Wrong(SyncCapabilitiesRequest request)
    {
        if (request.Cameras.Count > CameraDirectory.MaxPerEdge)
        {
            return $"cameras: {request.Cameras.Count}, at most {CameraDirectory.MaxPerEdge} are taken";
        }

        if (request.Cameras.Select(c => c.CameraId).Distinct(StringComparer.Ordinal).Count() != request.Cameras.Count)
        {
            return "camera_id: a camera is named twice";
        }

        foreach (CameraCapability c in request.Cameras)
        {
            if (!CameraDirectory.IsCameraId(c.CameraId))
            {
                return "camera_id: 1 to 128 characters of A-Z a-z 0-9 . _ : - are needed";
            }

            if (c.Name.Length > MaxName || c.Type.Length > MaxWord || c.Status.Length > MaxWord)
            {
                return $"name, type, status: at most {MaxName}, {MaxWord} and {MaxWord} characters are taken";
            }

            if (c.RequiredSnapshotCount > MaxRequired)
            {
                return $"required_snapshot_count: {c.RequiredSnapshotCount}, at most {MaxRequired} are taken";
            }

            if (c.LabelCounts.Count > MaxLabels || c.LabelCounts.Any(l => l.Key.Length is 0 or > MaxWord || l.Value > MaxSnapshots) || c.LabeledSnapshotCount > MaxSnapshots)
            {
                return $"label_counts, labeled_snapshot_count: at most {MaxLabels} labels of 1 to {MaxWord} characters and {MaxSnapshots} snapshots are taken";
            }
        }

        return null;
    }
}

using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves the node's half of <c>edge.control.ControlService</c>; the other methods are the edge's to serve.</summary>
internal sealed class ControlApi(EdgeGate gate, EdgeRegistry registry)
{
    private const int MaxCameras = 256, MaxName = 128, MaxWord = 32, MaxRequired = 5000;

    public void Bind(EdgeBinder binder)
    {
        binder.Unary<SyncCapabilitiesRequest, SyncCapabilitiesResponse>("SyncCapabilities", SyncCapabilitiesAsync);
        binder.Unimplemented("GetConfig");
        binder.Unimplemented("UpdateConfig");
        binder.Unimplemented("RestartService");
    }

    private async ValueTask<SyncCapabilitiesResponse> SyncCapabilitiesAsync(
        SyncCapabilitiesRequest request, ServerCall<SyncCapabilitiesRequest, SyncCapabilitiesResponse> call)
    {
        EdgeId edge = await gate.IdentifyAsync(call).ConfigureAwait(false);
        if (Wrong(request) is { } wrong)
        {
            return new SyncCapabilitiesResponse { Success = false, ErrorMessage = wrong };
        }

        ReportedCamera[] reported = [.. request.Cameras.Select(c => new ReportedCamera(c.CameraId, c.Name, c.Type, c.Enabled, c.Status, (int)c.RequiredSnapshotCount))];
        IReadOnlyList<string> others = await registry.SyncCamerasAsync(edge, reported, call.CancellationToken).ConfigureAwait(false);
        if (others.Count > 0)
        {
            throw new RpcException(StatusCode.PermissionDenied, $"camera_id: this edge does not speak for {others[0]}");
        }

        var response = new SyncCapabilitiesResponse { Success = true };
        foreach (RegisteredCamera camera in await registry.ListCamerasAsync(edge, call.CancellationToken).ConfigureAwait(false))
        {
            response.Cameras.Add(new CameraReadiness
            {
                CameraId = camera.Id,
                Status = Name(camera.Readiness),
                RequiredSnapshotCount = (uint)camera.RequiredSnapshots,
            });
        }

        return response;
    }

    /// <summary>The contract's word for a readiness.</summary>
    private static string Name(CameraReadinessState readiness) => readiness switch
    {
        CameraReadinessState.NeedsSnapshots => "needs_snapshots",
        CameraReadinessState.ReadyForTraining => "ready_for_training",
        CameraReadinessState.TrainingInProgress => "training_in_progress",
        _ => "trained",
    };

    private static string? Wrong(SyncCapabilitiesRequest request)
    {
        if (request.Cameras.Count > MaxCameras)
        {
            return $"cameras: {request.Cameras.Count}, at most {MaxCameras} are taken";
        }

        foreach (CameraCapability c in request.Cameras)
        {
            if (!EdgeGate.IsCameraId(c.CameraId))
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
        }

        return null;
    }
}

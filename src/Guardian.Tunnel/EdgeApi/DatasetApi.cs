using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.datasets.DatasetService</c>.</summary>
internal sealed class DatasetApi(EdgeGate gate, IDatasetIntake intake)
{
    /// <summary>A snapshot of 4 MiB and what goes with it.</summary>
    private const int MaxMessage = (4 << 20) + (64 << 10);

    public void Bind(EdgeBinder binder)
    {
        binder.MaxReceiveMessageSize(MaxMessage);
        binder.Duplex<UploadSnapshotRequest, UploadSnapshotResponse>("UploadSnapshots", UploadAsync);
    }

    private async Task UploadAsync(EdgeId edge, ServerCall<UploadSnapshotRequest, UploadSnapshotResponse> call)
    {
        while (await call.ReadAsync().ConfigureAwait(false) is { } snapshot)
        {
            // The call may outlive the edge's right to speak.
            await gate.CheckAsync(call).ConfigureAwait(false);
            await gate.CheckCameraAsync(edge, snapshot.CameraId, call).ConfigureAwait(false);
            await call.WriteAsync(await intake.AcceptAsync(edge, snapshot, call.CancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}

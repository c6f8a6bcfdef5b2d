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

    private async Task UploadAsync(ServerCall<UploadSnapshotRequest, UploadSnapshotResponse> call)
    {
        await gate.IdentifyAsync(call).ConfigureAwait(false);
        while (await call.ReadAsync().ConfigureAwait(false) is { } snapshot)
        {
            // The call may outlive the edge's right to speak.
            EdgeId edge = await gate.IdentifyAsync(call).ConfigureAwait(false);
            await gate.CheckCameraAsync(edge, snapshot.CameraId, call.CancellationToken).ConfigureAwait(false);
            await call.WriteAsync(await intake.AcceptAsync(edge, snapshot, call.CancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}

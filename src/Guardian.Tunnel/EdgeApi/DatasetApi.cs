using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.datasets.DatasetService</c>.</summary>
internal sealed class DatasetApi(EdgeGate gate, IDatasetIntake intake, ILogger logger)
{
    /// <summary>A snapshot of 4 MiB and what goes with it.</summary>
    private const int MaxMessage = (4 << 20) + (64 << 10);

    public void Bind(ServiceBinder binder)
    {
        binder.MaxReceiveMessageSize = MaxMessage;
        binder.Duplex<UploadSnapshotRequest, UploadSnapshotResponse>("UploadSnapshots", UploadAsync);
    }

    private async Task UploadAsync(ServerCall<UploadSnapshotRequest, UploadSnapshotResponse> call)
    {
        EdgeId edge = await gate.IdentifyAsync(call).ConfigureAwait(false);
        while (await call.ReadAsync().ConfigureAwait(false) is { } snapshot)
        {
            await gate.CheckCameraAsync(edge, snapshot.CameraId, call.CancellationToken).ConfigureAwait(false);
            UploadSnapshotResponse answer;
            try
            {
                answer = await intake.AcceptAsync(edge, snapshot, call.CancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not (RpcException or OperationCanceledException))
            {
                Log.IntakeFailed(logger, "snapshots", edge, e);
                throw new RpcException(StatusCode.Unavailable, "snapshots: the store failed; send again from the last one that was answered", innerException: e);
            }

            await call.WriteAsync(answer).ConfigureAwait(false);
        }
    }
}

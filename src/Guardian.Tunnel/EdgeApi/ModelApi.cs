using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.models.ModelService</c>.</summary>
internal sealed class ModelApi(EdgeGate gate, IModelSource models, CancellationToken stopping)
{
    private const int ChunkSize = 64 << 10, MaxError = 512;

    public void Bind(EdgeBinder binder)
    {
        binder.ServerStreaming<WatchDeploymentsRequest, Deployment>("WatchDeployments", WatchAsync);
        binder.ServerStreaming<DownloadModelRequest, ModelChunk>("DownloadModel", DownloadAsync);
        binder.Unary<ReportDeploymentRequest, ReportDeploymentResponse>("ReportDeployment", ReportAsync);
    }

    private async Task WatchAsync(EdgeId edge, WatchDeploymentsRequest request, ServerCall<WatchDeploymentsRequest, Deployment> call)
    {
        await call.SendHeadersAsync().ConfigureAwait(false);

        // A watch never ends by itself, so it would hold up the gateway's stop.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, stopping);
        try
        {
            await foreach (Deployment deployment in models.WatchAsync(edge, ends.Token).ConfigureAwait(false))
            {
                // The watch may outlive the edge's right to speak.
                await gate.CheckAsync(call).ConfigureAwait(false);
                await call.WriteAsync(deployment, ends.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new RpcException(StatusCode.Unavailable, "the node is stopping; watch again");
        }
    }

    private async Task DownloadAsync(EdgeId edge, DownloadModelRequest request, ServerCall<DownloadModelRequest, ModelChunk> call)
    {
        if (request.Offset > long.MaxValue)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"offset: 0 to {long.MaxValue} are allowed");
        }

        long offset = (long)request.Offset;
        Stream? file = await models.OpenAsync(edge, request.DeploymentId, offset, call.CancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(StatusCode.NotFound, "deployment_id: no such deployment of this edge, or the offset is past the end of its model");
        await using (file.ConfigureAwait(false))
        {
            byte[] buffer = new byte[ChunkSize];
            for (int read; (read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, call.CancellationToken).ConfigureAwait(false)) > 0; offset += read)
            {
                await call.WriteAsync(new ModelChunk { Offset = (ulong)offset, Data = ByteString.CopyFrom(buffer, 0, read) }).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<ReportDeploymentResponse> ReportAsync(EdgeId edge, ReportDeploymentRequest request, ServerCall<ReportDeploymentRequest, ReportDeploymentResponse> call)
    {
        if (request.ErrorMessage.Length > MaxError || !double.IsFinite(request.ProbeScore))
        {
            throw new RpcException(StatusCode.InvalidArgument, $"error_message, probe_score: at most {MaxError} characters and a finite score are taken");
        }

        return await models.ReportAsync(edge, request, call.CancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(StatusCode.NotFound, "deployment_id: no such deployment of this edge");
    }
}

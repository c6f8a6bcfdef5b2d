using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.models.ModelService</c>.</summary>
/// <param name="gate">Who may speak.</param>
/// <param name="models">Where models come from.</param>
/// <param name="downloads">Downloads that may run at the same time.</param>
/// <param name="pace">What they may take of the line.</param>
/// <param name="stopping">The gateway stops.</param>
internal sealed class ModelApi(EdgeGate gate, IModelSource models, SemaphoreSlim downloads, ModelPace pace, CancellationToken stopping)
{
    private const int ChunkSize = 64 << 10, MaxError = 512, MaxRunning = 1000, MaxId = 128, MaxWord = 100, MaxFrames = 64;

    public void Bind(EdgeBinder binder)
    {
        binder.ServerStreaming<WatchDeploymentsRequest, Deployment>("WatchDeployments", WatchAsync);
        binder.ServerStreaming<DownloadModelRequest, ModelChunk>("DownloadModel", DownloadAsync);
        binder.Unary<ReportDeploymentRequest, ReportDeploymentResponse>("ReportDeployment", ReportAsync);
    }

    private async Task WatchAsync(EdgeId edge, WatchDeploymentsRequest request, ServerCall<WatchDeploymentsRequest, Deployment> call)
    {
        if (request.RunningDeploymentIds.Count > MaxRunning || request.RunningDeploymentIds.Any(id => id.Length is 0 or > MaxId))
        {
            throw new RpcException(StatusCode.InvalidArgument, $"running_deployment_ids: at most {MaxRunning} of 1 to {MaxId} characters are taken");
        }

        if (request.Runtime is { } runtime && (runtime.Name.Length > MaxWord || runtime.Version.Length > MaxWord))
        {
            throw new RpcException(StatusCode.InvalidArgument, $"runtime.name, runtime.version: at most {MaxWord} characters are taken");
        }

        await call.SendHeadersAsync().ConfigureAwait(false);

        // A watch never ends by itself, so it would hold up the gateway's stop.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, stopping);
        try
        {
            await foreach (Deployment deployment in models.WatchAsync(edge, request, ends.Token).ConfigureAwait(false))
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

        // The place is taken before the file is opened: who waits holds neither a buffer nor a file.
        await downloads.WaitAsync(call.CancellationToken).ConfigureAwait(false);
        try
        {
            await SendAsync(edge, request.DeploymentId, (long)request.Offset, call).ConfigureAwait(false);
        }
        finally
        {
            downloads.Release();
        }
    }

    private async Task SendAsync(EdgeId edge, string deploymentId, long offset, ServerCall<DownloadModelRequest, ModelChunk> call)
    {
        Stream? file = await models.OpenAsync(edge, deploymentId, offset, call.CancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(StatusCode.NotFound, "deployment_id: no such deployment of this edge, or the offset is past the end of its model");
        await using (file.ConfigureAwait(false))
        {
            byte[] buffer = new byte[ChunkSize];
            for (int read; (read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, call.CancellationToken).ConfigureAwait(false)) > 0; offset += read)
            {
                await pace.WaitAsync(read, call.CancellationToken).ConfigureAwait(false);

                // The message is serialised when the write returns, so the buffer can be used again.
                await call.WriteAsync(new ModelChunk { Offset = (ulong)offset, Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read)) }).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<ReportDeploymentResponse> ReportAsync(EdgeId edge, ReportDeploymentRequest request, ServerCall<ReportDeploymentRequest, ReportDeploymentResponse> call)
    {
        if (request.ErrorMessage.Length > MaxError || !double.IsFinite(request.ProbeScore))
        {
            throw new RpcException(StatusCode.InvalidArgument, $"error_message, probe_score: at most {MaxError} characters and a finite score are taken");
        }

        if (request.FrameScores.Count > MaxFrames || request.FrameScores.Any(s => !double.IsFinite(s)) || request.MillisecondsPerFrame is not (>= 0 and < double.PositiveInfinity))
        {
            throw new RpcException(StatusCode.InvalidArgument, $"frame_scores, milliseconds_per_frame: at most {MaxFrames} finite scores and a finite time that is not negative are taken");
        }

        return await models.ReportAsync(edge, request, call.CancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(StatusCode.NotFound, "deployment_id: no such deployment of this edge");
    }
}

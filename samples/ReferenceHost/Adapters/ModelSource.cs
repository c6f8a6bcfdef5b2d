using System.Runtime.CompilerServices;
using Google.Protobuf;
using Guardian.Models;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>The catalog's models to Tunnel's edges, and what edges say of them back.</summary>
internal sealed class ModelSource(IModelDistributor distributor, IModelCatalog catalog) : IModelSource
{
    private const uint ChunkSize = 256 << 10;

    public async IAsyncEnumerable<Deployment> WatchAsync(Tunnel.EdgeId edge, WatchDeploymentsRequest hello, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (hello.Runtime is { } runtime)
        {
            await distributor.RecordRuntimeAsync(edge.ToString(), ToRuntime(runtime), cancellationToken);
        }

        if (hello.ReportsRunning)
        {
            await distributor.ReconcileAsync(edge.ToString(), hello.RunningDeploymentIds, cancellationToken);
        }

        await foreach (ModelDeployment deployment in distributor.WatchAsync(edge.ToString(), cancellationToken))
        {
            if (await catalog.GetAsync(deployment.ModelId, cancellationToken) is { } model && await DescribeAsync(deployment, model, cancellationToken) is { } described)
            {
                yield return described;
            }
        }
    }

    public async Task<Stream?> OpenAsync(Tunnel.EdgeId edge, string deploymentId, long offset, CancellationToken cancellationToken)
    {
        ModelDeployment? deployment = await distributor.GetAsync(deploymentId, cancellationToken);
        if (deployment?.EdgeId != edge.ToString() || offset > deployment.Size)
        {
            return null;
        }

        try
        {
            return await distributor.OpenModelAsync(deploymentId, offset, cancellationToken);
        }
        catch (ModelException e) when (!e.IsTransient)
        {
            // It has ended, or its model has failed: there is nothing to be had by asking again.
            return null;
        }
    }

    public async Task<ReportDeploymentResponse?> ReportAsync(Tunnel.EdgeId edge, ReportDeploymentRequest report, CancellationToken cancellationToken)
    {
        ModelDeployment? deployment = await distributor.ReportAsync(
            report.DeploymentId,
            edge.ToString(),
            new DeploymentReport
            {
                Success = report.Success,
                Sha256 = report.Sha256.IsEmpty ? null : System.Convert.ToHexStringLower(report.Sha256.Span),
                ProbeScore = report.Success ? report.ProbeScore : null,
                FrameScores = report.FrameScores,
                MillisecondsPerFrame = report.MillisecondsPerFrame > 0 ? report.MillisecondsPerFrame : null,
                IsProbeFailure = report.ProbeFailed,
                Error = report.ErrorMessage.Length == 0 ? null : report.ErrorMessage,
            },
            cancellationToken);
        return deployment is null ? null : new ReportDeploymentResponse
        {
            Accepted = deployment.State == DeploymentState.Active || !report.Success,
            Reason = deployment.Error ?? "",
        };
    }

    public Task CountAsync(Tunnel.EdgeId edge, IReadOnlyList<ModelUse> uses, CancellationToken cancellationToken) => distributor.RecordCountersAsync(
        edge.ToString(), [.. uses.Select(u => new ModelCounters(u.DeploymentId, UnixNanoseconds.ToInstant(u.CountedSince), (long)u.Frames, (long)u.Alarms, u.Seconds))], cancellationToken);

    private static EdgeRuntime ToRuntime(ModelRuntime runtime) => new()
    {
        Runtime = runtime.Name.Length > 0 ? runtime.Name : null,
        Version = runtime.Version.Length > 0 ? runtime.Version : null,
        MaxOpset = runtime.MaxOpset > 0 ? (int)Math.Min(runtime.MaxOpset, int.MaxValue) : null,
        MemoryBytes = runtime.MemoryBytes > 0 ? (long)Math.Min(runtime.MemoryBytes, long.MaxValue) : null,
        MaxModelBytes = runtime.MaxModelBytes > 0 ? (long)Math.Min(runtime.MaxModelBytes, long.MaxValue) : null,
        MaxInputSide = runtime.MaxInputSide > 0 ? (int)Math.Min(runtime.MaxInputSide, int.MaxValue) : null,
    };

    /// <returns>Null for a model that has failed since it was ordered and cannot be offered; that is the deployment's outcome.</returns>
    private async Task<Deployment?> DescribeAsync(ModelDeployment deployment, CatalogModel model, CancellationToken cancellationToken)
    {
        var described = new Deployment
        {
            DeploymentId = deployment.DeploymentId,
            ModelId = deployment.ModelId,
            CameraId = deployment.CameraId,
            IsWithdrawal = deployment.IsWithdrawal,
        };
        if (deployment.IsWithdrawal)
        {
            return described;
        }

        try
        {
            described.ChunkSha256 = UnsafeByteOperations.UnsafeWrap(await catalog.ChunkHashesAsync(model.ModelId, cancellationToken));
        }
        catch (ModelException e) when (!e.IsTransient)
        {
            await distributor.ReportAsync(deployment.DeploymentId, deployment.EdgeId, new DeploymentReport { Success = false, Error = e.Message }, cancellationToken);
            return null;
        }

        described.SizeBytes = (ulong)deployment.Size;
        described.Sha256 = ByteString.CopyFrom(System.Convert.FromHexString(deployment.Sha256));
        described.MetadataJson = model.MetadataJson;
        described.ChunkSize = ChunkSize;
        described.ProbeTolerance = ProbeTolerance.Relative;
        if (model.ProbeScore is { } score)
        {
            described.ProbeScore = score;
        }

        described.ProbeFrames.AddRange((await distributor.ProbeFramesAsync(model.ModelId, cancellationToken)).Select(f => new Tunnel.Contract.ProbeFrame { Jpeg = UnsafeByteOperations.UnsafeWrap(f.Jpeg), Score = f.Score }));
        return described;
    }
}

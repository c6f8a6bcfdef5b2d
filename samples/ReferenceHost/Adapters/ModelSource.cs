using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;
using Guardian.Models;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>The catalog's models to Tunnel's edges.</summary>
internal sealed class ModelSource(IModelDistributor distributor, IModelCatalog catalog) : IModelSource
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public async IAsyncEnumerable<Deployment> WatchAsync(Tunnel.EdgeId edge, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ModelDeployment deployment in distributor.WatchAsync(edge.ToString(), cancellationToken))
        {
            CatalogModel? model = await catalog.GetAsync(deployment.ModelId, cancellationToken);
            if (model is not null)
            {
                yield return new Deployment
                {
                    DeploymentId = deployment.DeploymentId,
                    ModelId = deployment.ModelId,
                    CameraId = deployment.CameraId,
                    SizeBytes = (ulong)deployment.Size,
                    Sha256 = ByteString.CopyFrom(System.Convert.FromHexString(deployment.Sha256)),
                    MetadataJson = JsonSerializer.Serialize(model.Metadata, Json),
                };
            }
        }
    }

    public async Task<Stream?> OpenAsync(Tunnel.EdgeId edge, string deploymentId, long offset, CancellationToken cancellationToken)
    {
        ModelDeployment? deployment = await distributor.GetAsync(deploymentId, cancellationToken);
        return deployment?.EdgeId == edge.ToString() && offset <= deployment.Size
            ? await distributor.OpenModelAsync(deploymentId, offset, cancellationToken)
            : null;
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
                Error = report.ErrorMessage.Length == 0 ? null : report.ErrorMessage,
            },
            cancellationToken);
        return deployment is null ? null : new ReportDeploymentResponse
        {
            Accepted = deployment.State == DeploymentState.Active || !report.Success,
            Reason = deployment.Error ?? "",
        };
    }
}

using System.Reflection;
using Guardian.Models;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Api;

/// <summary>Cameras, models, edges and health.</summary>
internal static class NodeEndpoints
{
    public static readonly string Version = typeof(NodeEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void MapNode(this IEndpointRouteBuilder api)
    {
        api.MapGet("/cameras", ListCamerasAsync).WithSummary("Cameras with their readiness and training.");
        api.MapGet("/models", async (IModelCatalog catalog, CancellationToken cancellationToken) => (await catalog.ListAsync(null, cancellationToken)).Select(ToDto).ToList())
            .WithSummary("Models, newest version first within a camera.");
    }

    private static async Task<List<CameraDto>> ListCamerasAsync(EdgeRegistry registry, IDatasetStore datasets, ITrainingJobs jobs, IModelCatalog catalog, CancellationToken cancellationToken)
    {
        var cameras = new List<CameraDto>();
        foreach (RegisteredCamera c in await registry.Cameras.ListAsync(null, cancellationToken))
        {
            TrainingJob? job = await jobs.GetLatestAsync(c.Id, cancellationToken);
            CatalogModel? model = await catalog.ActiveForCameraAsync(c.Id, cancellationToken);
            cameras.Add(new CameraDto(
                c.Id, c.EdgeId.ToString(), c.Name, c.Type, c.Enabled, c.Status, ApiMapping.Word(c.Readiness), c.RequiredSnapshots,
                await datasets.CountsAsync(c.Id, cancellationToken), job?.ToDto(), model?.ModelId, await CoverageAsync(c, datasets, cancellationToken)));
        }

        return cameras;
    }

    private static async Task<CoverageDto?> CoverageAsync(RegisteredCamera camera, IDatasetStore datasets, CancellationToken cancellationToken) =>
        camera.Readiness == CameraReadinessState.NeedsSnapshots
            ? (await datasets.CoverageAsync(camera.Id, Math.Max(camera.RequiredSnapshots, TrainingOptions.MinImages), TimeZoneInfo.Local, cancellationToken)).ToDto()
            : null;

    private static ModelDto ToDto(CatalogModel m) => new(
        m.ModelId, m.CameraId, m.Metadata.Name, m.Version.ToString(), ApiMapping.Word(m.Status), m.CreatedAt, m.Size, m.Sha256, m.Metadata.Threshold, m.Metadata.TrainingImageCount,
        m.Metadata.Metrics.ValidationError);
}

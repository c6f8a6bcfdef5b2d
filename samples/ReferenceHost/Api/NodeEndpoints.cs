using System.Reflection;
using System.Text.Json;
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

    public static ModelDto ToDto(this CatalogModel m) => new(
        m.ModelId, m.CameraId, m.Name, m.ModelType, m.Version.ToString(), ApiMapping.Word(m.Status), m.IsPinned, m.CreatedAt, m.Size, m.Sha256, m.Metadata?.Threshold, m.Metadata?.TrainingImageCount,
        m.Metadata?.Metrics.ValidationError, new LineageDto(
            m.Lineage.DatasetVersion, m.Lineage.ParentModelId, m.Lineage.Trainer, m.Lineage.CodeVersion, Json(m.Lineage.HyperparametersJson), Json(m.Lineage.MetricsJson)));

    private static JsonElement? Json(string? text) => text is null ? null : JsonSerializer.Deserialize<JsonElement>(text);
}

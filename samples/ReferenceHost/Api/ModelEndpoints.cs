using System.Text.Json;
using Guardian.Models;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Guardian.ReferenceHost.Api;

/// <summary>The catalog of models.</summary>
internal static class ModelEndpoints
{
    private const long MaxModelBytes = 512L << 20;

    public static void MapModels(this IEndpointRouteBuilder api)
    {
        api.MapGet("/models", async (IModelCatalog catalog, CancellationToken cancellationToken, string? camera = null) => (await catalog.ListAsync(camera, cancellationToken)).Select(m => m.ToDto()).ToList())
            .WithSummary("Models, newest version first within a camera and within the base models of one name.");
        api.MapGet("/models/{id}", GetAsync).WithSummary("A model with its lineage.");
        api.MapGet("/models/{id}/metadata", MetadataAsync).WithSummary("metadata.json of a model.");
        api.MapPost("/models", ImportAsync).WithSummary("Imports an ONNX file, the request's body (up to 512 MiB); it is checked and tried first. Without a camera it becomes a base model.");
        api.MapPost("/models/clean", async (IModelCatalog catalog, CancellationToken cancellationToken) => Words(await catalog.CleanAsync(cancellationToken)))
            .WithSummary("Removes archived and failed models that nobody needs.");
        api.MapPost("/models/{id}/pin", (string id, IModelCatalog catalog, CancellationToken cancellationToken) => PinAsync(id, true, catalog, cancellationToken)).WithSummary("Keeps a model from every clean-up.");
        api.MapDelete("/models/{id}/pin", (string id, IModelCatalog catalog, CancellationToken cancellationToken) => PinAsync(id, false, catalog, cancellationToken)).WithSummary("Lets clean-ups remove a model again.");
        api.MapPut("/models/{id}/status", SetStatusAsync).WithSummary("Sets a model's status: ready, archived or failed. A rollout makes it active.");
    }

    private static async Task<Results<Ok<ModelDto>, ProblemHttpResult>> GetAsync(string id, IModelCatalog catalog, CancellationToken cancellationToken) =>
        await catalog.GetAsync(id, cancellationToken) is { } model ? TypedResults.Ok(model.ToDto()) : NotFound();

    private static async Task<Results<Ok<JsonElement>, ProblemHttpResult>> MetadataAsync(string id, IModelCatalog catalog, CancellationToken cancellationToken) =>
        await catalog.GetAsync(id, cancellationToken) is { } model ? TypedResults.Ok(JsonSerializer.Deserialize<JsonElement>(model.MetadataJson)) : NotFound();

    private static async Task<Results<Created<ModelDto>, ProblemHttpResult>> ImportAsync(
        HttpRequest request, IModelImporter importer, CancellationToken cancellationToken, string? name = null, string? type = null, string? camera = null, string? version = null, int? width = null, int? height = null,
        string? source = null, string? description = null)
    {
        ModelVersion number = default;
        if (version is not null && !ModelVersion.TryParse(version, out number))
        {
            return TypedResults.Problem("version: a semantic version such as 1.4.0 is needed", statusCode: 400);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxModelBytes;
        }

        try
        {
            var import = new ModelImport
            {
                Name = name ?? "",
                ModelType = type ?? "",
                CameraId = camera,
                Version = version is null ? null : number,
                InputWidth = width,
                InputHeight = height,
                Source = source,
                DescriptionJson = description,
            };
            ModelImportOutcome outcome = await importer.ImportAsync(import, request.Body, cancellationToken);
            return outcome.Model is { } model ? TypedResults.Created($"/api/v1/models/{model.ModelId}", model.ToDto()) : TypedResults.Problem($"the file is not taken: {outcome.Refusal}", statusCode: 422);
        }
        catch (Exception e) when (e is ArgumentException or ModelException { IsTransient: false })
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> PinAsync(string id, bool isPinned, IModelCatalog catalog, CancellationToken cancellationToken) =>
        await catalog.SetPinnedAsync(id, isPinned, cancellationToken) ? TypedResults.NoContent() : NotFound();

    private static async Task<Results<NoContent, ProblemHttpResult>> SetStatusAsync(string id, StatusRequestDto request, IModelCatalog catalog, CancellationToken cancellationToken)
    {
        if (request.Status is not ("ready" or "archived" or "failed"))
        {
            return TypedResults.Problem("status: ready, archived or failed is needed", statusCode: 400);
        }

        try
        {
            return await catalog.SetStatusAsync(id, Enum.Parse<ModelStatus>(request.Status, ignoreCase: true), cancellationToken) ? TypedResults.NoContent() : NotFound();
        }
        catch (ModelException e) when (!e.IsTransient)
        {
            return TypedResults.Problem(e.Message, statusCode: 409);
        }
    }

    private static CleanupDto Words(ModelCleanup cleanup) => new(cleanup.ModelIds, cleanup.FreedBytes);

    private static ProblemHttpResult NotFound() => TypedResults.Problem("id: no such model", statusCode: 404);
}

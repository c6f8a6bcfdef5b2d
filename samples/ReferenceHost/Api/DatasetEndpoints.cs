using Guardian.Models;
using Guardian.ReferenceHost.Workers;
using Guardian.Tunnel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace Guardian.ReferenceHost.Api;

/// <summary>Datasets and trainings.</summary>
internal static class DatasetEndpoints
{
    private const string Zip = "application/zip";

    public static void MapDatasets(this IEndpointRouteBuilder api)
    {
        long limit = api.ServiceProvider.GetRequiredService<IOptions<GuardianModelsOptions>>().Value.Import.MaxZipBytes;
        api.MapGet("/datasets", async (IDatasetStore datasets, CancellationToken cancellationToken) => (await datasets.ListAsync(cancellationToken)).Select(ToDto).ToList())
            .WithSummary("Every camera's dataset in figures.");
        api.MapPost("/datasets/import", ImportAsync).Accepts<Stream>(Zip, "application/octet-stream").WithMetadata(new BodyLimit(limit))
            .WithSummary($"Imports a ZIP file of at most {limit} bytes; camera is needed unless its manifest names it. Answers with what became of every file.");
        api.MapGet("/datasets/{camera}/export", ExportAsync).WithSummary("A dataset, a version of it, or what arrived after a cursor, as a ZIP file that imports again.")
            .Produces(200, contentType: Zip).ProducesProblem(404);
        api.MapGet("/datasets/{camera}/coverage", CoverageAsync).WithSummary("What a dataset shows and what it lacks; zone is an IANA time zone, the node's own when absent.");
        api.MapGet("/datasets/{camera}/versions", ListVersionsAsync).WithSummary("A dataset's versions, newest first.");
        api.MapPost("/datasets/{camera}/versions", CreateVersionAsync).WithSummary("Makes what the dataset is now a version; the same one while nothing changes.");
        api.MapGet("/training", ListJobsAsync).WithSummary("Training jobs, newest first; limit 1 to 1000.");
        api.MapPost("/training", StartAsync).WithSummary("Orders a training; while one of the camera is open, that one is answered.");
        api.MapGet("/training/{id}", GetJobAsync).WithSummary("A training job with its progress.");
        api.MapPost("/training/{id}/cancel", CancelAsync).WithSummary("Cancels a training job that waits or runs.");
    }

    public static TrainingDto ToDto(this TrainingJob job) => new(
        job.JobId,
        job.State == TrainingJobState.Succeeded ? "completed" : ApiMapping.Word(job.State),
        job.Progress?.Epoch ?? 0,
        job.Progress?.Epochs ?? 0,
        Finite(job.Progress?.Loss),
        Finite(job.Progress?.ValidationError),
        job.Progress?.SecondsElapsed ?? 0,
        job.Progress?.SecondsLeft,
        job.Error,
        job.Progress?.LearningRate,
        job.CameraId,
        job.Priority,
        job.Attempts,
        job.DatasetVersion,
        job.ModelId,
        job.CreatedAt,
        job.UpdatedAt);

    public static CoverageDto ToDto(this DatasetCoverage c) =>
        new(c.Labels, c.Hours, c.Brightness, c.Days, c.NearDuplicates, c.First, c.Last, c.IsWorthwhile, c.Missing);

    /// <summary>JSON has no NaN, which is what a diverging training reports.</summary>
    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    private static DatasetDto ToDto(DatasetSummary d) => new(d.CameraId, d.Counts, d.Images, d.Bytes, d.Newest is null ? null : ToDto(d.Newest));

    private static DatasetVersionDto ToDto(DatasetVersion v) => new(v.Number, v.Hash, v.Images, v.Bytes, v.Cursor, v.CreatedAt);

    private static async Task<Results<Ok<ImportReportDto>, ProblemHttpResult>> ImportAsync(
        Stream body, IDatasetTransfer transfer, TrainingOrders orders, CancellationToken cancellationToken, string? camera = null, string? label = null)
    {
        DatasetImportReport report;
        try
        {
            report = await transfer.ImportZipAsync(
                body, new DatasetImportRequest { CameraId = string.IsNullOrEmpty(camera) ? null : camera, Label = string.IsNullOrEmpty(label) ? null : label }, cancellationToken);
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }

        if (report.Error is not null)
        {
            return TypedResults.Problem(report.Error, statusCode: 400);
        }

        await orders.OrderAsync(report.CameraId!, cancellationToken);
        return TypedResults.Ok(new ImportReportDto(
            report.CameraId!, report.Accepted, report.Duplicates, report.NearDuplicates, report.Refused,
            [.. report.Entries.Select(e => new ImportEntryDto(e.Name, ApiMapping.Word(e.Outcome), e.Reason, e.NearDuplicateOf, e.Distance))]));
    }

    private static async Task ExportAsync(string camera, IDatasetTransfer transfer, HttpContext context, int? version = null, long after = 0)
    {
        try
        {
            context.Response.ContentType = Zip;
            context.Response.Headers.ContentDisposition = "attachment; filename=dataset.zip";
            await transfer.ExportAsync(new DatasetExportRequest { CameraId = camera, Version = version, After = after }, context.Response.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is ArgumentException or ModelException { IsTransient: false } && !context.Response.HasStarted)
        {
            context.Response.Clear();
            await TypedResults.Problem(e.Message, statusCode: e is ArgumentException ? 400 : 404).ExecuteAsync(context);
        }
    }

    private static async Task<Results<Ok<CoverageDto>, ProblemHttpResult>> CoverageAsync(
        string camera, IDatasetStore datasets, EdgeRegistry registry, CancellationToken cancellationToken, string? zone = null)
    {
        TimeZoneInfo? wanted = TimeZoneInfo.Local;
        if (!string.IsNullOrEmpty(zone) && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out wanted))
        {
            return TypedResults.Problem("zone: not a time zone that this machine knows", statusCode: 400);
        }

        try
        {
            int required = Math.Max((await registry.Cameras.GetAsync(camera, cancellationToken))?.RequiredSnapshots ?? 0, TrainingOptions.MinImages);
            return TypedResults.Ok((await datasets.CoverageAsync(camera, required, wanted, cancellationToken)).ToDto());
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }
    }

    private static async Task<Results<Ok<List<DatasetVersionDto>>, ProblemHttpResult>> ListVersionsAsync(string camera, IDatasetStore datasets, CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Ok((await datasets.ListVersionsAsync(camera, cancellationToken)).Select(ToDto).ToList());
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }
    }

    private static async Task<Results<Ok<DatasetVersionDto>, ProblemHttpResult>> CreateVersionAsync(string camera, IDatasetStore datasets, CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Ok(ToDto(await datasets.CreateVersionAsync(camera, cancellationToken)));
        }
        catch (Exception e) when (e is ArgumentException or ModelException { IsTransient: false })
        {
            return TypedResults.Problem(e.Message, statusCode: e is ArgumentException ? 400 : 404);
        }
    }

    private static async Task<Results<Ok<List<TrainingDto>>, ProblemHttpResult>> ListJobsAsync(ITrainingJobs jobs, CancellationToken cancellationToken, int limit = 50) => limit is < 1 or > 1000
        ? TypedResults.Problem("limit: 1 to 1000 are allowed", statusCode: 400)
        : TypedResults.Ok((await jobs.ListAsync(limit, cancellationToken)).Select(j => j.ToDto()).ToList());

    private static async Task<Results<Accepted<TrainingDto>, ProblemHttpResult>> StartAsync(TrainingRequestDto request, TrainingOrders orders, CancellationToken cancellationToken)
    {
        try
        {
            (TrainingJob? job, string? refusal) = await orders.StartAsync(request.CameraId ?? "", request.Priority ?? 0, cancellationToken);
            return job is null ? TypedResults.Problem(refusal, statusCode: 409) : TypedResults.Accepted($"/api/v1/training/{job.JobId}", job.ToDto());
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }
    }

    private static async Task<Results<Ok<TrainingDto>, ProblemHttpResult>> GetJobAsync(string id, ITrainingJobs jobs, CancellationToken cancellationToken) =>
        await jobs.GetAsync(id, cancellationToken) is { } job ? TypedResults.Ok(job.ToDto()) : TypedResults.Problem("id: no such job", statusCode: 404);

    private static async Task<Results<NoContent, ProblemHttpResult>> CancelAsync(string id, TrainingOrders orders, CancellationToken cancellationToken) =>
        await orders.CancelAsync(id, cancellationToken) ? TypedResults.NoContent() : TypedResults.Problem("id: no such job, or it has ended", statusCode: 404);

    /// <summary>The import's own limit answers in words; the server's, a little above, ends what goes on all the same.</summary>
    private sealed class BodyLimit(long zip) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize { get; } = zip + (1 << 20);
    }
}

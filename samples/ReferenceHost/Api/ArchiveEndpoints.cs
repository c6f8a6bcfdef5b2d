using Guardian.ReferenceHost.Adapters;
using Guardian.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Guardian.ReferenceHost.Api;

/// <summary>The archive: its index, quotas, legal holds, erasure, reconciliation.</summary>
internal static class ArchiveEndpoints
{
    private const string Actor = "operator:api", CarMediaType = "application/vnd.ipld.car";

    public static void MapArchive(this IEndpointRouteBuilder api)
    {
        api.MapGet("/archive/objects", ListAsync).WithSummary($"The archive's index, newest first, by camera, event, status and time; limit 1 to {IndexQuery.MaxLimit}.");
        api.MapGet("/archive", GetAsync).WithSummary("Whether the store answers, and what is on its way to it.");
        api.MapGet("/events/{id:guid}/archive.car", ExportCarAsync)
            .WithSummary("The event's sealed objects as a CAR file, for IPFS and Filecoin.").Produces(200, contentType: CarMediaType).ProducesProblem(404);
        api.MapGet("/archive/usage", async (SealedArchive archive, CancellationToken cancellationToken) => (await archive.Register.GetUsageAsync(cancellationToken)).Select(u => u.ToDto()).ToList())
            .WithSummary("What each camera uses of its quota; the first, without a camera id, is all of them together.");
        api.MapGet("/archive/holds", async (SealedArchive archive, CancellationToken cancellationToken) => (await archive.Register.ListHoldsAsync(cancellationToken)).Select(h => h.ToDto()).ToList())
            .WithSummary("The legal holds that stand, oldest first.");
        api.MapPost("/archive/holds", (HoldRequestDto request, SealedArchive archive, CancellationToken cancellationToken) => HoldAsync(request, archive, isPlaced: true, cancellationToken))
            .WithSummary("Places a legal hold on an event or a camera.");
        api.MapPost("/archive/holds/lift", (HoldRequestDto request, SealedArchive archive, CancellationToken cancellationToken) => HoldAsync(request, archive, isPlaced: false, cancellationToken))
            .WithSummary("Lifts a legal hold.");
        api.MapPost("/archive/erase", EraseAsync).WithSummary("Erases everything of an event or a camera from timeline and archive, but what a legal hold protects.");
        api.MapPost("/archive/reconcile", async (ReconcileRequestDto request, SealedArchive archive, CancellationToken cancellationToken) => ToDto(await archive.ReconcileAsync(request.Repair, cancellationToken)))
            .WithSummary("Holds the index against the store's own listing; wrong quota figures are put right in any case.");
        api.MapPost("/archive/retry", async (SealedArchive archive, CancellationToken cancellationToken) => new RetryResultDto(await archive.Register.RetryFailedAsync(cancellationToken)))
            .WithSummary("Has what could not be archived, and was given up, tried again.");
    }

    private static async Task<ArchiveStateDto> GetAsync(SealedArchive archive, CancellationToken cancellationToken)
    {
        ArchiveStoreHealth store = archive.StoreHealth;
        ArchiveBacklog backlog = await archive.Register.GetBacklogAsync(cancellationToken);
        return new ArchiveStateDto(
            ApiMapping.Word(store.State), store.Since, store.LastError, backlog.Receiving, backlog.Waiting, backlog.WaitingBytes, backlog.Deleting, backlog.Failed);
    }

    private static async Task ExportCarAsync(Guid id, SealedArchive archive, HttpContext context)
    {
        // Without the record there is no access.
        foreach (SealedObjectInfo o in await archive.ListForEventAsync(id, context.RequestAborted))
        {
            if (o.Status is SealedObjectStatus.Pending or SealedObjectStatus.Uploading or SealedObjectStatus.Completed)
            {
                await archive.Evidence.RecordAccessAsync(o.Id, Viewer.Api.Name, "archive.car", context.RequestAborted);
            }
        }

        context.Response.ContentType = CarMediaType;
        if (await archive.ExportCarAsync(id, context.Response.Body, context.RequestAborted) is null)
        {
            await TypedResults.Problem("the archive has nothing of this event", statusCode: 404).ExecuteAsync(context);
        }
    }

    private static async Task<Results<Ok<ArchivedObjectPageDto>, ProblemHttpResult>> ListAsync(
        SealedArchive archive, CancellationToken cancellationToken, string? camera = null, Guid? @event = null, string? status = null, DateTimeOffset? from = null, DateTimeOffset? to = null,
        int limit = 100, string? cursor = null)
    {
        SealedObjectStatus wanted = default;
        if (!string.IsNullOrEmpty(status) && (!Enum.TryParse(status, ignoreCase: true, out wanted) || !Enum.IsDefined(wanted) || char.IsAsciiDigit(status[0])))
        {
            return TypedResults.Problem("status: receiving, pending, uploading, completed, deleting or failed is needed", statusCode: 400);
        }

        try
        {
            IndexPage page = await archive.Register.QueryAsync(
                new IndexQuery
                {
                    CameraId = string.IsNullOrEmpty(camera) ? null : camera,
                    EventId = @event,
                    Status = string.IsNullOrEmpty(status) ? null : wanted,
                    From = from,
                    Until = to,
                    Limit = limit,
                    Cursor = string.IsNullOrEmpty(cursor) ? null : cursor,
                },
                cancellationToken);
            return TypedResults.Ok(new ArchivedObjectPageDto([.. page.Objects.Select(o => o.ToArchiveDto())], page.NextCursor));
        }
        catch (ArgumentException e)
        {
            return Problem(e);
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> HoldAsync(HoldRequestDto request, SealedArchive archive, bool isPlaced, CancellationToken cancellationToken)
    {
        HoldKind? kind = request.Kind switch { "event" => HoldKind.Event, "camera" => HoldKind.Camera, _ => null };
        if (kind is null)
        {
            return TypedResults.Problem("kind: event or camera is needed", statusCode: 400);
        }

        try
        {
            bool done = isPlaced
                ? await archive.Register.PlaceHoldAsync(kind.Value, request.Target ?? "", request.Reason ?? "", Actor, cancellationToken)
                : await archive.Register.LiftHoldAsync(kind.Value, request.Target ?? "", request.Reason ?? "", Actor, cancellationToken);
            return done ? TypedResults.NoContent() : TypedResults.Problem(isPlaced ? "there is a hold on it already" : "there is no hold on it", statusCode: isPlaced ? 409 : 404);
        }
        catch (ArgumentException e)
        {
            return Problem(e);
        }
    }

    private static async Task<Results<Accepted<EraseResultDto>, ProblemHttpResult>> EraseAsync(EraseRequestDto request, Erasure erasure, CancellationToken cancellationToken)
    {
        try
        {
            ErasureResult? result = request switch
            {
                { EventId: { } id, CameraId: null } => await erasure.EraseEventAsync(id, request.Reason ?? "", Actor, cancellationToken),
                { EventId: null, CameraId: { } camera } => await erasure.EraseCameraAsync(camera, request.Reason ?? "", Actor, cancellationToken),
                _ => null,
            };
            return result switch
            {
                null => TypedResults.Problem("event_id, camera_id: exactly one of them is needed", statusCode: 400),
                { IsRefused: true } => TypedResults.Problem("a legal hold protects it; lift that first", statusCode: 409),
                _ => TypedResults.Accepted((string?)null, new EraseResultDto(result.Objects, result.Events, result.Held)),
            };
        }
        catch (ArgumentException e)
        {
            return Problem(e);
        }
    }

    private static ReconcileReportDto ToDto(ReconcileReport report) => new(
        report.Buckets, report.Objects, report.Bytes, [.. report.Lost.Select(l => l.ToString())], report.Unknown, report.Adopted, [.. report.Drift.Select(d => d.ToDto())], report.IsClean);

    private static ProblemHttpResult Problem(ArgumentException error) => TypedResults.Problem(error.Message.Split(" (Parameter", 2)[0], statusCode: 400);
}

using Guardian.Events;
using Guardian.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using EventId = Guardian.Events.EventId;

namespace Guardian.ReferenceHost.Api;

/// <summary>Events and alerts.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/events", ListAsync).WithSummary("Events, newest first, filtered by camera, type, least severity and time.");
        api.MapGet("/events/{id:guid}", GetAsync).WithSummary("One event with what is stored of it.");
        api.MapGet("/alerts", async (IEventStore events, CancellationToken cancellationToken, bool open = false, int limit = 100) =>
                Check(limit is >= 1 and <= 500, "limit: it must be from 1 to 500")
                ?? (IResult)TypedResults.Ok((await events.ListAlertsAsync(open, limit, cancellationToken)).Select(a => a.ToDto()).ToList()))
            .WithSummary("Alerts, newest first.").Produces<List<AlertDto>>().ProducesProblem(400);
        api.MapPost("/alerts/{id:long}/acknowledge", async Task<Results<NoContent, ProblemHttpResult>> (long id, IEventStore events, CancellationToken cancellationToken) =>
                await events.AcknowledgeAlertAsync(id, cancellationToken) ? TypedResults.NoContent() : TypedResults.Problem("no such alert", statusCode: 404))
            .WithSummary("Acknowledges an alert.");
    }

    private static async Task<Results<Ok<EventPageDto>, ProblemHttpResult>> ListAsync(
        IEventStore events, CancellationToken cancellationToken, string? camera = null, string? type = null, string? severity = null, DateTimeOffset? from = null, DateTimeOffset? to = null,
        int limit = 50, string? cursor = null)
    {
        CameraId cameraId = default;
        Severity least = default;
        if (!string.IsNullOrEmpty(camera) && !CameraId.TryParse(camera, out cameraId))
        {
            return TypedResults.Problem("camera: 1 to 128 characters of A-Z a-z 0-9 . _ : - are needed", statusCode: 400);
        }

        if (!string.IsNullOrEmpty(severity) && (!Enum.TryParse(severity, ignoreCase: true, out least) || !Enum.IsDefined(least) || char.IsAsciiDigit(severity[0])))
        {
            return TypedResults.Problem("severity: none, low, medium, high or critical is needed", statusCode: 400);
        }

        var query = new EventQuery
        {
            CameraId = string.IsNullOrEmpty(camera) ? null : cameraId,
            Type = string.IsNullOrEmpty(type) ? null : type,
            MinSeverity = string.IsNullOrEmpty(severity) ? null : least,
            From = from,
            To = to,
            Limit = limit,
            Cursor = string.IsNullOrEmpty(cursor) ? null : cursor,
        };
        try
        {
            EventPage page = await events.ListAsync(query, cancellationToken);
            return TypedResults.Ok(new EventPageDto([.. page.Events.Select(e => e.ToDto())], page.NextCursor));
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message.Split(" (Parameter", 2)[0], statusCode: 400);
        }
    }

    private static async Task<Results<Ok<EventDetailDto>, ProblemHttpResult>> GetAsync(Guid id, IEventStore events, SealedArchive archive, CancellationToken cancellationToken)
    {
        StoredEvent? e = id == Guid.Empty ? null : await events.GetAsync(new EventId(id), cancellationToken);
        return e is null
            ? TypedResults.Problem("no such event", statusCode: 404)
            : TypedResults.Ok(new EventDetailDto(e.ToDto(), [.. (await archive.ListForEventAsync(id, cancellationToken)).Select(o => o.ToDto())], e.Metadata));
    }

    private static ProblemHttpResult? Check(bool holds, string problem) => holds ? null : TypedResults.Problem(problem, statusCode: 400);
}

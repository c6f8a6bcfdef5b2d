using System.Globalization;
using System.Net;
using System.Text.Json;
using Guardian.ReferenceHost.Api;
using Guardian.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Guardian.Console.Tests.Node;

/// <summary>Serves the console page from the checkout and the REST API from memory, with the host's headers, on a loopback port.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    /// <summary>The reference host's policy; the page has to live with it.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private readonly WebApplication _app;

    private FakeNode(WebApplication app, NodeState state)
    {
        _app = app;
        State = state;
    }

    public NodeState State { get; }

    public string Address => _app.Urls.First();

    public static async Task<FakeNode> StartAsync(NodeState state)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            o.SerializerOptions.DictionaryKeyPolicy = null;
        });
        WebApplication app = builder.Build();
        app.Use((context, next) => GuardAsync(context, next, state));
        var files = new PhysicalFileProvider(Repository.PathTo("samples", "ReferenceHost", "wwwroot"));
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = files });
        Map(app, state);
        await app.StartAsync();
        return new FakeNode(app, state);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static Task GuardAsync(HttpContext context, RequestDelegate next, NodeState state)
    {
        if (state.IsAway)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        HttpRequest request = context.Request;
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (!request.Path.StartsWithSegments("/api/v1", out PathString path))
        {
            return next(context);
        }

        state.Requests.Enqueue(new ApiRequest(request.Method, path, request.QueryString.ToString(), request.Headers.Range.ToString()));
        bool open = path == "/health" || request.Headers.Authorization == $"Bearer {state.Token}";
        return open ? next(context) : Problem(401, "a valid API token is needed: Authorization: Bearer TOKEN").ExecuteAsync(context);
    }

    private static void Map(WebApplication app, NodeState state)
    {
        RouteGroupBuilder api = app.MapGroup("/api/v1");
        api.MapGet("/health", () => new HealthDto("ok", "0.1.0"));
        api.MapGet("/events", (string? camera, string? severity, string? cursor, int? limit) => Page(state, camera, severity, cursor, limit ?? 50));
        api.MapGet("/events/{id:guid}", (Guid id) => state.Events.FirstOrDefault(e => e.Event.Id == id) is { } found ? Results.Ok(found) : Problem(404, "no such event"));
        api.MapGet("/events/{id:guid}/clip", (Guid id) => Sealed(state, $"{id}/clip"));
        api.MapGet("/events/{id:guid}/snapshots/{n:int}", (Guid id, int n) => Sealed(state, $"{id}/snapshots/{n}"));
        api.MapGet("/cameras", () => state.Cameras);
        api.MapGet("/models", () => state.Models);
        api.MapGet("/rollouts", () => state.Rollouts);
        api.MapGet("/rollouts/{id}", (string id) => state.Rollouts.First(r => r.Id == id));
        api.MapPost("/rollouts/{id}/pause", (string id) => state.Change(id, r => r with { Paused = true }));
        api.MapPost("/rollouts/{id}/resume", (string id) => state.Change(id, r => r with { Paused = false }));
        api.MapPost("/rollouts/{id}/roll-back", (string id, ReasonRequestDto request) => state.Change(id, r => r with { Phase = "rolling_back", Reason = $"operator:api: {request.Reason}" }));
        api.MapPost("/rollouts/{id}/conclude", (string id, ConclusionDto request) => state.Change(id, r => r with { Phase = "completed", Reason = $"operator:api chose {request.Arm}" }));
        api.MapGet("/edges", () => state.Edges);
        api.MapGet("/archive", () => state.Archive);
        api.MapGet("/archive/usage", () => state.Usage);
        api.MapGet("/archive/holds", () => state.Holds);
        api.MapGet("/archive/objects", () => new ArchivedObjectPageDto(state.Failed, null));
        api.MapGet("/alerts", (bool? open) => state.Alerts.Where(a => open != true || a.AcknowledgedAt is null));
        api.MapPost("/training/{id}/cancel", (string id) => Cancel(state, id));
        api.MapPost("/alerts/{id:long}/acknowledge", (long id) => Acknowledge(state, id));
    }

    private static IResult Page(NodeState state, string? camera, string? severity, string? cursor, int limit)
    {
        string[] severities = ["none", "low", "medium", "high", "critical"];
        int least = string.IsNullOrEmpty(severity) ? -1 : Array.IndexOf(severities, severity);
        int from = string.IsNullOrEmpty(cursor) ? 0 : int.Parse(cursor, CultureInfo.InvariantCulture);
        EventDto[] all =
        [
            .. state.Events.Select(e => e.Event)
                .Where(e => string.IsNullOrEmpty(camera) || e.CameraId == camera)
                .Where(e => least < 0 || (e.Verdict is { } v && Array.IndexOf(severities, v.Severity) >= least))
                .OrderByDescending(e => e.OccurredAt),
        ];
        string? next = from + limit < all.Length ? (from + limit).ToString(CultureInfo.InvariantCulture) : null;
        return Results.Ok(new EventPageDto([.. all.Skip(from).Take(limit)], next));
    }

    private static IResult Sealed(NodeState state, string path) => state.Objects.TryGetValue(path, out byte[]? bytes)
        ? Results.Bytes(bytes, "application/vnd.guardian.sealed", enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{bytes.Length}\""))
        : Problem(404, "the object is not here");

    private static IResult Cancel(NodeState state, string id)
    {
        if (!state.Cameras.Any(c => c.Training?.JobId == id && c.Training.State == "running"))
        {
            return Problem(404, "id: no such job, or it has ended");
        }

        state.Cameras = [.. state.Cameras.Select(c => c.Training?.JobId == id ? c with { Readiness = "needs_snapshots", Training = c.Training with { State = "cancelled" } } : c)];
        return Results.NoContent();
    }

    private static IResult Acknowledge(NodeState state, long id)
    {
        if (state.Alerts.All(a => a.Id != id))
        {
            return Problem(404, "no such alert");
        }

        state.Alerts = [.. state.Alerts.Select(a => a.Id == id ? a with { AcknowledgedAt = TimeProvider.System.GetUtcNow() } : a)];
        return Results.NoContent();
    }

    private static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);
}

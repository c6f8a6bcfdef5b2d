using System.Text.Json;
using Guardian.ReferenceHost.Commands;
using Guardian.Tunnel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Guardian.ReferenceHost.Api;

/// <summary>Edges: how they are connected, commands to them, what happened at the gateway.</summary>
internal static class EdgeEndpoints
{
    private const string Actor = "operator:api";
    private const double MaxLifetimeSeconds = 30 * 86_400, DefaultLifetimeSeconds = 3600;

    public static void MapEdges(this IEndpointRouteBuilder api)
    {
        api.MapGet("/edges", ListAsync).WithSummary("Edges with their connection and health, oldest first.");
        api.MapPost("/edges/{id}/revoke", RevokeAsync).WithSummary("Shuts an edge out; its open calls end within a second.");
        api.MapPost("/edges/{id}/commands", IssueAsync).WithSummary("Sends a command; to an edge that is away when it returns.");
        api.MapGet("/edges/{id}/commands", ListCommandsAsync).WithSummary("The newest commands of an edge, newest first; limit 1 to 1000.");
        api.MapGet("/commands/{id}", GetCommandAsync).WithSummary("A command with its outcome.");
        api.MapGet("/audit", ListAuditAsync).WithSummary("Who did what at the gateway, newest first; limit 1 to 1000, before an id.");
    }

    private static async Task<List<EdgeDto>> ListAsync(EdgeRegistry registry, ITelemetryStore telemetry, TunnelServer gateway, CancellationToken cancellationToken)
    {
        Dictionary<EdgeId, NewestTelemetry> newest = (await telemetry.ListNewestAsync(cancellationToken)).ToDictionary(n => n.Sample.Edge);
        IReadOnlyDictionary<EdgeId, EdgeHealth> health = gateway.Health.List();
        return [.. (await registry.ListEdgesAsync(cancellationToken)).Select(e => e.ToDto(gateway.Connections.Get(e), newest.GetValueOrDefault(e.Id), health.GetValueOrDefault(e.Id)))];
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(string id, EdgeRegistry registry, CancellationToken cancellationToken) =>
        EdgeId.TryParse(id, out EdgeId edge) && await registry.RevokeEdgeAsync(edge, Actor, cancellationToken)
            ? TypedResults.NoContent()
            : TypedResults.Problem("id: no such edge, or it was revoked before", statusCode: 404);

    private static async Task<Results<Accepted<CommandDto>, ProblemHttpResult>> IssueAsync(string id, CommandRequestDto request, EdgeRegistry registry, CancellationToken cancellationToken)
    {
        if (!EdgeId.TryParse(id, out EdgeId edge) || await registry.GetEdgeAsync(edge, cancellationToken) is null)
        {
            return TypedResults.Problem("id: no such edge", statusCode: 404);
        }

        double seconds = request.ValidSeconds ?? DefaultLifetimeSeconds;
        if (seconds is not (> 0 and <= MaxLifetimeSeconds))
        {
            return TypedResults.Problem($"valid_seconds: more than 0 and at most {MaxLifetimeSeconds} are allowed", statusCode: 400);
        }

        try
        {
            string fields = request.Fields?.GetRawText() ?? "{}";
            EdgeCommand command = await registry.Commands.IssueAsync(edge, EdgeCommandVerb.Parse(request.Action ?? "", fields), TimeSpan.FromSeconds(seconds), Actor, cancellationToken);
            return TypedResults.Accepted($"/api/v1/commands/{command.Id}", command.ToDto());
        }
        catch (Exception e) when (e is ArgumentException or TunnelException { IsTransient: false })
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }
    }

    private static async Task<Results<Ok<List<CommandDto>>, ProblemHttpResult>> ListCommandsAsync(string id, EdgeRegistry registry, CancellationToken cancellationToken, int limit = 50)
    {
        if (!EdgeId.TryParse(id, out EdgeId edge))
        {
            return TypedResults.Problem("id: no such edge", statusCode: 404);
        }

        return limit is < 1 or > 1000
            ? TypedResults.Problem("limit: 1 to 1000 are allowed", statusCode: 400)
            : TypedResults.Ok((await registry.Commands.ListAsync(edge, limit, cancellationToken)).Select(c => c.ToDto()).ToList());
    }

    private static async Task<Results<Ok<CommandDto>, ProblemHttpResult>> GetCommandAsync(string id, EdgeRegistry registry, CancellationToken cancellationToken) =>
        await registry.Commands.GetAsync(id, cancellationToken) is { } command ? TypedResults.Ok(command.ToDto()) : TypedResults.Problem("id: no such command", statusCode: 404);

    private static async Task<Results<Ok<List<AuditDto>>, ProblemHttpResult>> ListAuditAsync(
        EdgeRegistry registry, CancellationToken cancellationToken, string? edge = null, long? before = null, int limit = 50)
    {
        EdgeId? of = null;
        if (edge is not null)
        {
            if (!EdgeId.TryParse(edge, out EdgeId parsed))
            {
                return TypedResults.Problem("edge: not an edge id", statusCode: 400);
            }

            of = parsed;
        }

        return limit is < 1 or > AuditLog.MaxPage
            ? TypedResults.Problem($"limit: 1 to {AuditLog.MaxPage} are allowed", statusCode: 400)
            : TypedResults.Ok((await registry.Audit.ListAsync(of, before, limit, cancellationToken)).Select(ToDto).ToList());
    }

    private static CommandDto ToDto(this EdgeCommand c) => new(
        c.Id, c.Edge.ToString(), c.ActionName, ApiMapping.Word(c.State), c.Actor, c.IssuedAt, c.ExpiresAt, c.AcknowledgedAt, c.SettledAt,
        c.ResultJson is null ? null : JsonSerializer.Deserialize<JsonElement>(c.ResultJson), c.Error);

    private static AuditDto ToDto(AuditEntry a) => new(a.Id, a.At, ApiMapping.Word(a.Action), a.Actor, a.Address, a.Edge?.ToString(), a.Detail);
}

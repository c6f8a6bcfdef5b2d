using System.Globalization;
using Guardian.Tunnel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Guardian.ReferenceHost.Api;

/// <summary>Telemetry and health of edges and cameras.</summary>
internal static class TelemetryEndpoints
{
    /// <summary>Without <c>from</c>, this much up to <c>to</c> is given.</summary>
    private static readonly Dictionary<TelemetryResolution, TimeSpan> DefaultSpans = new()
    {
        [TelemetryResolution.Raw] = TimeSpan.FromMinutes(30),
        [TelemetryResolution.Minute] = TimeSpan.FromHours(24),
        [TelemetryResolution.Hour] = TimeSpan.FromDays(30),
        [TelemetryResolution.Day] = TimeSpan.FromDays(365),
    };

    public static void MapTelemetry(this IEndpointRouteBuilder api)
    {
        api.MapGet("/edges/{id}/health", GetHealthAsync).WithSummary("How an edge is, and why.");
        api.MapGet("/edges/{id}/telemetry", GetEdgeAsync)
            .WithSummary($"An edge's telemetry: at most {TelemetryQuery.MaxPoints} points of the resolution raw, minute (default), hour or day, from `from` up to `to` (default now).");
        api.MapGet("/cameras/{id}/telemetry", GetCameraAsync)
            .WithSummary("A camera's telemetry, as for edges; the mean of camera_online is its availability.");
    }

    public static EdgeHealthDto ToDto(this EdgeHealth health) => new(
        ApiMapping.Word(health.Level), [.. health.Reasons.Select(r => new HealthReasonDto(ApiMapping.Word(r.Code), ApiMapping.Word(r.Level), r.Message, r.CameraId))], health.EvaluatedAt);

    private static async Task<Results<Ok<EdgeHealthDto>, ProblemHttpResult>> GetHealthAsync(string id, TunnelServer tunnel, CancellationToken cancellationToken) =>
        EdgeId.TryParse(id, out EdgeId edge) && await tunnel.Health.GetAsync(edge, cancellationToken) is { } health ? TypedResults.Ok(health.ToDto()) : TypedResults.Problem("no such edge", statusCode: 404);

    private static async Task<Results<Ok<TelemetrySeriesDto>, ProblemHttpResult>> GetEdgeAsync(
        string id, EdgeRegistry registry, ITelemetryStore store, TimeProvider time, CancellationToken cancellationToken, string? from = null, string? to = null, string? resolution = null) =>
        EdgeId.TryParse(id, out EdgeId edge) && await registry.GetEdgeAsync(edge, cancellationToken) is not null
            ? await QueryAsync(store, (f, t, r) => new TelemetryQuery { Edge = edge, From = f, To = t, Resolution = r }, (from, to, resolution), time.GetUtcNow(), cancellationToken)
            : TypedResults.Problem("no such edge", statusCode: 404);

    private static async Task<Results<Ok<TelemetrySeriesDto>, ProblemHttpResult>> GetCameraAsync(
        string id, EdgeRegistry registry, ITelemetryStore store, TimeProvider time, CancellationToken cancellationToken, string? from = null, string? to = null, string? resolution = null) =>
        await registry.Cameras.GetAsync(id, cancellationToken) is not null
            ? await QueryAsync(store, (f, t, r) => new TelemetryQuery { CameraId = id, From = f, To = t, Resolution = r }, (from, to, resolution), time.GetUtcNow(), cancellationToken)
            : TypedResults.Problem("no such camera", statusCode: 404);

    private static async Task<Results<Ok<TelemetrySeriesDto>, ProblemHttpResult>> QueryAsync(
        ITelemetryStore store, Func<DateTimeOffset, DateTimeOffset, TelemetryResolution, TelemetryQuery> query, (string? From, string? To, string? Resolution) asked, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        try
        {
            TelemetryResolution resolution = Resolution(asked.Resolution);
            DateTimeOffset to = Instant(asked.To, "to") ?? now;
            TimeSpan span = DefaultSpans[resolution];
            DateTimeOffset from = Instant(asked.From, "from") ?? (to - DateTimeOffset.MinValue > span ? to - span : DateTimeOffset.MinValue);
            IReadOnlyList<TelemetryPoint> points = await store.QueryAsync(query(from, to, resolution), cancellationToken);
            return TypedResults.Ok(new TelemetrySeriesDto(ApiMapping.Word(resolution), from, to, [.. points.Select(ToDto)]));
        }
        catch (ArgumentException e)
        {
            return TypedResults.Problem(e.Message, statusCode: 400);
        }
    }

    private static TelemetryResolution Resolution(string? text) => string.IsNullOrEmpty(text) ? TelemetryResolution.Minute
        : Enum.TryParse(text, ignoreCase: true, out TelemetryResolution resolution) && char.IsAsciiLetter(text[0]) ? resolution
        : throw new ArgumentException("resolution: raw, minute, hour or day is needed");

    private static DateTimeOffset? Instant(string? text, string field) => string.IsNullOrEmpty(text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset instant) ? instant
        : throw new ArgumentException($"{field}: a date and time of ISO 8601 is needed, such as 2025-01-31T12:00:00Z");

    private static TelemetryPointDto ToDto(TelemetryPoint point) => new(
        point.At, point.Values.ToDictionary(v => ApiMapping.Word(v.Key), v => new MetricSummaryDto(v.Value.Count, v.Value.Minimum, v.Value.Maximum, v.Value.Mean, v.Value.Last)));
}

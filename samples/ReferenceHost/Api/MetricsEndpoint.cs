using Guardian.ReferenceHost.Metrics;

namespace Guardian.ReferenceHost.Api;

/// <summary><c>GET /metrics</c> for Prometheus, with the token of the REST API.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder node) => node.MapGet("/metrics", (MetricCollector collector) => TypedResults.Text(PrometheusText.Write(collector), PrometheusText.ContentType))
        .WithSummary("The node's and its edges' metrics in Prometheus' text format.").Produces(200, contentType: "text/plain");
}

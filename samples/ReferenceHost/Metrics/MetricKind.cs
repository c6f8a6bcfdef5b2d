namespace Guardian.ReferenceHost.Metrics;

/// <summary>What a metric is to Prometheus.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

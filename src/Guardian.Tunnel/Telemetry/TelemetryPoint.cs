namespace Guardian.Tunnel;

/// <summary>A span of time in a series: a sample, a minute, an hour or a day.</summary>
/// <param name="At">When it starts.</param>
/// <param name="Values">What was measured within it; a metric that was not is not there.</param>
public sealed record TelemetryPoint(DateTimeOffset At, IReadOnlyDictionary<TelemetryMetric, MetricSummary> Values);

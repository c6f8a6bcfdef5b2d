namespace Guardian.Tunnel;

/// <summary>What a metric was within a span of time.</summary>
/// <param name="Count">Samples that had it: at least 1.</param>
/// <param name="Minimum">The least of them.</param>
/// <param name="Maximum">The greatest of them.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="Last">The newest of them.</param>
public sealed record MetricSummary(long Count, double Minimum, double Maximum, double Sum, double Last)
{
    /// <summary>Their mean.</summary>
    public double Mean => Sum / Count;
}

using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Guardian.Analysis;

/// <summary>The names under which this package reports; instruments cost nothing while nobody listens.</summary>
public static class GuardianAnalysisTelemetry
{
    /// <summary>Name of the <see cref="ActivitySource"/>; one activity per analysed event.</summary>
    public const string ActivitySourceName = "Guardian.Analysis";

    /// <summary>
    /// The meter: <c>guardian.analysis.duration</c> (histogram, seconds per event), <c>guardian.analysis.results</c> ({event}, by
    /// <c>anomaly_type</c> and <c>risk_level</c>) and <c>guardian.analysis.problems</c> ({problem}).
    /// </summary>
    public const string MeterName = "Guardian.Analysis";

    internal static readonly ActivitySource Activities = new(ActivitySourceName);
    private static readonly Meter Meter = new(MeterName);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("guardian.analysis.duration", "s", "Time to analyse an event.");
    private static readonly Counter<long> Results = Meter.CreateCounter<long>("guardian.analysis.results", "{event}", "Events that were analysed.");
    private static readonly Counter<long> Problems = Meter.CreateCounter<long>("guardian.analysis.problems", "{problem}", "Reasons why an analysis knew less than it could have.");

    internal static void Analysed(AnalysisResult result, TimeSpan time)
    {
        Duration.Record(time.TotalSeconds);
        Problems.Add(result.Problems.Count);
        Results.Add(
            1,
            new KeyValuePair<string, object?>("anomaly_type", result.Assessment.AnomalyType.ToStableName()),
            new KeyValuePair<string, object?>("risk_level", result.Risk.Level.ToStableName()));
    }
}

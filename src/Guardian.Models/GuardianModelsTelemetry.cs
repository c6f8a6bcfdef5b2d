using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Guardian.Models;

/// <summary>Names under which this package reports traces and measurements.</summary>
public static class GuardianModelsTelemetry
{
    /// <summary>Name of the <see cref="ActivitySource"/>; one activity per training run.</summary>
    public const string ActivitySourceName = "Guardian.Models";

    /// <summary>
    /// Name of the <see cref="Meter"/>: <c>guardian.models.training.step</c> (histogram, seconds), <c>guardian.models.scoring</c> (histogram, seconds),
    /// <c>guardian.models.snapshots</c> (counter, by <c>outcome</c>) and <c>guardian.models.deployments</c> (counter of reports, by <c>outcome</c>).
    /// </summary>
    public const string MeterName = "Guardian.Models";

    internal static readonly ActivitySource Activities = new(ActivitySourceName);
    internal static readonly Meter Meter = new(MeterName);

    internal static readonly Histogram<double> TrainingStep =
        Meter.CreateHistogram<double>("guardian.models.training.step", "s", "Time of one training step: forward, backward and Adam.");

    internal static readonly Histogram<double> Scoring =
        Meter.CreateHistogram<double>("guardian.models.scoring", "s", "Time to score one decoded frame.");

    internal static readonly Counter<long> Snapshots =
        Meter.CreateCounter<long>("guardian.models.snapshots", "{snapshot}", "Snapshots that were offered to the dataset store.");

    internal static readonly Counter<long> DeploymentReports =
        Meter.CreateCounter<long>("guardian.models.deployments", "{report}", "Outcomes that edges reported for deployments.");
}

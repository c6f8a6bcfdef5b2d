using System.Diagnostics.Metrics;

namespace Guardian.Events;

/// <summary>The names under which this package reports; instruments cost nothing while nobody listens.</summary>
public static class GuardianEventsTelemetry
{
    /// <summary>The meter: <c>guardian.events.appended</c> ({event}, by <c>status</c>: stored, duplicate or refused).</summary>
    public const string MeterName = "Guardian.Events";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> AppendedEvents = Meter.CreateCounter<long>("guardian.events.appended", "{event}", "Events that came to be appended.");

    internal static void Appended(IReadOnlyList<AppendResult> results)
    {
        if (!AppendedEvents.Enabled)
        {
            return;
        }

        foreach (IGrouping<AppendStatus, AppendResult> group in results.GroupBy(r => r.Status))
        {
            AppendedEvents.Add(group.Count(), new KeyValuePair<string, object?>("status", group.Key switch
            {
                AppendStatus.Stored => "stored",
                AppendStatus.Duplicate => "duplicate",
                _ => "refused",
            }));
        }
    }
}

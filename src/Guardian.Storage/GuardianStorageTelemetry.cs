using System.Diagnostics.Metrics;

namespace Guardian.Storage;

/// <summary>The names under which this package reports; instruments cost nothing while nobody listens.</summary>
public static class GuardianStorageTelemetry
{
    /// <summary>
    /// The meter: <c>guardian.storage.accepted</c> (By, sealed bytes acknowledged) and <c>guardian.storage.refused</c> ({object}, by <c>reason</c>).
    /// </summary>
    public const string MeterName = "Guardian.Storage";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> AcceptedBytes = Meter.CreateCounter<long>("guardian.storage.accepted", "By", "Sealed bytes acknowledged.");
    private static readonly Counter<long> RefusedObjects = Meter.CreateCounter<long>("guardian.storage.refused", "{object}", "Uploads refused.");

    internal static void Accepted(long bytes) => AcceptedBytes.Add(bytes);

    internal static void Refused(UploadRefusalReason reason) => RefusedObjects.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
}

using System.Diagnostics.Metrics;

namespace Guardian.Storage;

/// <summary>The names under which this package reports; instruments cost nothing while nobody listens.</summary>
public static class GuardianStorageTelemetry
{
    /// <summary>
    /// The meter: <c>guardian.storage.accepted</c> (By, sealed bytes acknowledged) and <c>guardian.storage.refused</c> ({object}, by <c>reason</c>), <c>guardian.storage.archived</c> (By),
    /// <c>guardian.storage.archive.failures</c> ({attempt}), <c>guardian.storage.spooled</c> (By, waiting now) and <c>guardian.storage.store.up</c> (1 or 0, what the outbox makes of the store).
    /// </summary>
    public const string MeterName = "Guardian.Storage";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> AcceptedBytes = Meter.CreateCounter<long>("guardian.storage.accepted", "By", "Sealed bytes acknowledged.");
    private static readonly Counter<long> RefusedObjects = Meter.CreateCounter<long>("guardian.storage.refused", "{object}", "Uploads refused.");

    private static readonly Counter<long> ArchivedBytes = Meter.CreateCounter<long>("guardian.storage.archived", "By", "Sealed bytes that reached the archive.");
    private static readonly Counter<long> FailedAttempts = Meter.CreateCounter<long>("guardian.storage.archive.failures", "{attempt}", "Attempts to archive that failed.");
    private static readonly UpDownCounter<long> SpooledBytes = Meter.CreateUpDownCounter<long>("guardian.storage.spooled", "By", "Sealed bytes in the spool.");
    private static readonly Gauge<int> StoreUp = Meter.CreateGauge<int>("guardian.storage.store.up", description: "1 while the archive store takes objects, 0 while it is down.");

    internal static void Accepted(long bytes) => AcceptedBytes.Add(bytes);

    internal static void Refused(UploadRefusalReason reason) => RefusedObjects.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    internal static void Archived(long bytes) => ArchivedBytes.Add(bytes);

    internal static void ArchiveFailed() => FailedAttempts.Add(1);

    internal static void Spooled(long bytes) => SpooledBytes.Add(bytes);

    internal static void StoreIs(bool up) => StoreUp.Record(up ? 1 : 0);
}

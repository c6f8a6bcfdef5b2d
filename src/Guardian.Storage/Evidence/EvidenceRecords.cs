using System.Globalization;

namespace Guardian.Storage;

/// <summary>What each kind of entry says: the names of its details, as docs/formats/evidence-log.md lists them.</summary>
internal static class EvidenceRecords
{
    public const string Sha256 = "sha256", Size = "size", Reason = "reason", Entries = "entries", EventHash = "event_hash", Event = "event", Name = "name";

    /// <summary>The node has acknowledged an object.</summary>
    public static EvidenceRecord Acceptance(SealedObjectInfo stored, DateTimeOffset now) =>
        Of(EvidenceKind.Acceptance, stored, now, ("camera", stored.CameraId), ("content_type", stored.ContentType));

    /// <summary>An object has reached the archive.</summary>
    public static EvidenceRecord Archive(SealedObjectInfo stored, DateTimeOffset now) =>
        Of(EvidenceKind.Archive, stored, now, ("bucket", stored.Bucket.ToString()), ("key", stored.Key.ToString()));

    /// <summary>An object is gone from the store, for good.</summary>
    public static EvidenceRecord Erasure(SealedObjectInfo erased, string reason, DateTimeOffset now) => Of(EvidenceKind.Erasure, erased, now, (Reason, reason));

    /// <summary>A decision about how long an object, or (without a name) an event, stays: <c>hold_set</c>, <c>hold_lifted</c> or <c>expired</c>.</summary>
    public static EvidenceRecord Retention(Guid eventId, string? name, string decision, string? by, string? reason, DateTimeOffset now)
    {
        var details = new Dictionary<string, string> { ["decision"] = decision };
        if (by is not null)
        {
            details["by"] = by;
        }

        if (reason is not null)
        {
            details[Reason] = reason;
        }

        return new EvidenceRecord(EvidenceKind.Retention, now, eventId, name, string.Create(CultureInfo.InvariantCulture, $"{decision} {now.ToUnixTimeMilliseconds()}"), details);
    }

    /// <summary>The upload's time is part of the name, so that an object that comes again after its erasure is a new one.</summary>
    private static EvidenceRecord Of(EvidenceKind kind, SealedObjectInfo o, DateTimeOffset now, params (string Name, string Value)[] more)
    {
        string sha256 = Convert.ToHexStringLower(o.Sha256.Span);
        var details = new Dictionary<string, string> { [Sha256] = sha256, [Size] = o.Size.ToString(CultureInfo.InvariantCulture) };
        foreach ((string name, string value) in more)
        {
            details[name] = value;
        }

        return new EvidenceRecord(kind, now, o.Id.EventId, o.Id.Name, string.Create(CultureInfo.InvariantCulture, $"{o.CreatedAt.ToUnixTimeMilliseconds()} {sha256}"), details);
    }
}

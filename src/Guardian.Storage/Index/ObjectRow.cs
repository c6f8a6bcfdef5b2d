using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>One row of the index as Dapper reads it.</summary>
internal sealed class ObjectRow
{
    public const string Columns = """
        event_id, name, camera_id, status, size, sha256, content_type, created_at, archived_at, attempts, last_error, holder, bucket, cid, format_version, recipients, severity, reserved, updated_at
        """;

    public string event_id { get; init; } = "";

    public string name { get; init; } = "";

    public string camera_id { get; init; } = "";

    public long status { get; init; }

    public long size { get; init; }

    public byte[]? sha256 { get; init; }

    public string content_type { get; init; } = "";

    public long created_at { get; init; }

    public long? archived_at { get; init; }

    public long attempts { get; init; }

    public string? last_error { get; init; }

    public string holder { get; init; } = "";

    public string bucket { get; init; } = "";

    public string? cid { get; init; }

    public long format_version { get; init; }

    public string recipients { get; init; } = "";

    public long severity { get; init; }

    public long reserved { get; init; }

    public long updated_at { get; init; }

    public SealedObjectInfo ToInfo()
    {
        var id = new SealedObjectId(Guid.Parse(event_id), name);
        return new SealedObjectInfo
        {
            Id = id,
            CameraId = camera_id,
            Bucket = bucket.Length == 0 ? BucketName.ForCamera(camera_id) : BucketName.Parse(bucket),
            Key = ObjectKey.ForEvent(id.EventId, name),
            Status = (SealedObjectStatus)status,
            Size = size,
            Sha256 = sha256 ?? [],
            ContentType = content_type,
            CreatedAt = SqlTime.FromSql(created_at),
            ArchivedAt = archived_at is { } at ? SqlTime.FromSql(at) : null,
            Attempts = (int)attempts,
            LastError = last_error,
            Holder = holder,
            Reserved = reserved,
            UpdatedAt = SqlTime.FromSql(updated_at),
            Cid = cid,
            FormatVersion = (int)format_version,
            Recipients = [.. recipients.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => RecipientKeyId.FromBytes(Convert.FromHexString(r)))],
            Severity = (ObjectSeverity)severity,
        };
    }
}

namespace Guardian.Storage;

/// <summary>What the index holds of one object.</summary>
public sealed record SealedObjectInfo
{
    /// <summary>Which object.</summary>
    public required SealedObjectId Id { get; init; }

    /// <summary>The camera it belongs to.</summary>
    public required string CameraId { get; init; }

    /// <summary>The bucket it is, or will be, archived in.</summary>
    public required BucketName Bucket { get; init; }

    /// <summary>The key it is, or will be, archived under.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>Where it stands.</summary>
    public required SealedObjectStatus Status { get; init; }

    /// <summary>Sealed bytes that are stored durably: all of them unless <see cref="Status"/> is <see cref="SealedObjectStatus.Receiving"/>.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the sealed bytes, 32 bytes; empty until complete.</summary>
    public required ReadOnlyMemory<byte> Sha256 { get; init; }

    /// <summary>The media type that the header names for the plaintext.</summary>
    public required string ContentType { get; init; }

    /// <summary>When the first byte arrived.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was archived.</summary>
    public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>The object's IPFS CIDv1; null until complete.</summary>
    public string? Cid { get; init; }

    /// <summary>Version of the sealed format.</summary>
    public int FormatVersion { get; init; } = SealedFormat.Version;

    /// <summary>The keys that open it; empty until complete.</summary>
    public IReadOnlyList<RecipientKeyId> Recipients { get; init; } = [];

    /// <summary>How much its event matters, for retention.</summary>
    public ObjectSeverity Severity { get; init; }

    /// <summary>When retention will delete it by the policy of now; null when nothing says so. A legal hold is not looked at.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The spool that has, or had, the bytes.</summary>
    internal string Holder { get; init; } = "";

    /// <summary>When its row last changed for what it says of the bytes.</summary>
    internal DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What it weighs on the quota.</summary>
    internal long Reserved { get; init; }

    /// <summary>Failed attempts to archive it so far.</summary>
    public int Attempts { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? LastError { get; init; }
}

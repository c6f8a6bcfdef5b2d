namespace Guardian.Models;

/// <summary>What a camera's dataset was at one moment: a list of its pictures that never changes. The pictures themselves are not copied.</summary>
public sealed record DatasetVersion
{
    /// <summary>The camera.</summary>
    public required string CameraId { get; init; }

    /// <summary>Counts the camera's versions from 1.</summary>
    public required int Number { get; init; }

    /// <summary>
    /// The version's identity, 64 lower-case hexadecimal digits: SHA-256 over one line a picture (hash, label, capture time in microseconds since 1970, conditions;
    /// lines in ordinal order), see docs/datasets.md. Equal datasets have equal hashes on every node.
    /// </summary>
    public required string Hash { get; init; }

    /// <summary>Pictures.</summary>
    public required int Images { get; init; }

    /// <summary>Bytes of their files.</summary>
    public required long Bytes { get; init; }

    /// <summary>The cursor for a delta export of what comes after it.</summary>
    public required long Cursor { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

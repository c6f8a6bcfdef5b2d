namespace Guardian.Storage;

/// <summary>An entry of the evidence log as its node knows it.</summary>
public sealed record EvidenceEntry
{
    /// <summary>Its place in the log, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>What it is about.</summary>
    public required EvidenceKind Kind { get; init; }

    /// <summary>When that happened, in milliseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The bytes that the tree hashes: 42, as docs/formats/evidence-log.md lays out.</summary>
    public required ReadOnlyMemory<byte> Leaf { get; init; }

    /// <summary>What is known of it, as the JSON text whose salted hash is in <see cref="Leaf"/>; null once erased.</summary>
    public string? Details { get; init; }

    /// <summary>The salt of that hash, 32 bytes; empty once erased.</summary>
    public ReadOnlyMemory<byte> Salt { get; init; }
}

namespace Guardian.Storage;

/// <summary>What a put knows of the bytes that it sends.</summary>
public sealed record PutOptions
{
    /// <summary>Nothing is known.</summary>
    public static PutOptions None { get; } = new();

    /// <summary>
    /// SHA-256 of the whole object, 32 bytes; empty (the default) when it is not known. Bytes with another hash are refused before the object is visible, and the
    /// store keeps the hash beside the object.
    /// </summary>
    public ReadOnlyMemory<byte> Sha256 { get; init; }

    /// <summary>Bytes of the whole object when that is known. More or fewer are refused before the object is visible.</summary>
    public long? Length { get; init; }

    /// <summary>
    /// True when an earlier put of the same bytes may have been interrupted and nobody else writes this key: a store that sends large objects in parts then goes on
    /// with what has arrived, and keeps its parts when this put is interrupted as well. The content is given from its first byte all the same; it is compared, not
    /// sent, where it is there already. Default false: an interrupted put leaves nothing.
    /// </summary>
    public bool Resume { get; init; }
}

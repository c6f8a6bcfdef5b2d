namespace Guardian.Storage;

/// <summary>What a store says of one object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="LastModified">When it was written.</param>
public sealed record ArchivedObject(ObjectKey Key, long Size, DateTimeOffset LastModified)
{
    /// <summary>SHA-256 that the store keeps beside the object, 32 bytes; empty where it keeps none, and in listings.</summary>
    public ReadOnlyMemory<byte> Sha256 { get; init; }
}

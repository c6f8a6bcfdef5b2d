namespace Guardian.Storage;

/// <summary>What a store says of one object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="LastModified">When it was written.</param>
public sealed record ArchivedObject(ObjectKey Key, long Size, DateTimeOffset LastModified);

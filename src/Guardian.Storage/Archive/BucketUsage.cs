namespace Guardian.Storage;

/// <summary>What a bucket holds.</summary>
/// <param name="Objects">How many objects.</param>
/// <param name="Bytes">Their sizes added up.</param>
public readonly record struct BucketUsage(long Objects, long Bytes);

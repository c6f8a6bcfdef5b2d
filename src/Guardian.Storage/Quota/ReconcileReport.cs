namespace Guardian.Storage;

/// <summary>What a comparison of the index with the store's own listing has found.</summary>
/// <param name="Buckets">Buckets looked at.</param>
/// <param name="Objects">Objects that the store lists in them.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Lost">Objects that the index has as archived and the store does not have, or has in another size.</param>
/// <param name="Unknown">Objects that the store has and the index does not.</param>
/// <param name="Adopted">How many of the unknown were taken into the index.</param>
/// <param name="Drift">Figures of the quota that were wrong, as they were.</param>
public sealed record ReconcileReport(
    int Buckets, long Objects, long Bytes, IReadOnlyList<SealedObjectId> Lost, IReadOnlyList<string> Unknown, int Adopted, IReadOnlyList<CameraUsage> Drift)
{
    /// <summary>Names that each list holds at the most; the log has them all.</summary>
    public const int MaxListed = 1000;

    /// <summary>Whether index, store and quota agree.</summary>
    public bool IsClean => Lost.Count == 0 && Unknown.Count == 0 && Drift.Count == 0;
}

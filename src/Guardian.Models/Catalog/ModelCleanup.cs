namespace Guardian.Models;

/// <summary>What a clean-up of the catalog removed.</summary>
/// <param name="ModelIds">The models that are gone.</param>
/// <param name="FreedBytes">Bytes of their files.</param>
public sealed record ModelCleanup(IReadOnlyList<string> ModelIds, long FreedBytes);

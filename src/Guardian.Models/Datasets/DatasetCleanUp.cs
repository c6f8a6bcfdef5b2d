namespace Guardian.Models;

/// <summary>What a clean-up removed.</summary>
/// <param name="Versions">Versions.</param>
/// <param name="Images">Pictures.</param>
/// <param name="Bytes">Bytes of their files.</param>
public sealed record DatasetCleanUp(int Versions, int Images, long Bytes);

namespace Guardian.Models;

/// <summary>A camera's dataset in figures.</summary>
/// <param name="CameraId">The camera; its dataset has the same name.</param>
/// <param name="Counts">Pictures by label; labels without any are absent.</param>
/// <param name="Images">Pictures, those included that only a version still holds.</param>
/// <param name="Bytes">Bytes of their files.</param>
/// <param name="Newest">The newest version, or null.</param>
public sealed record DatasetSummary(string CameraId, IReadOnlyDictionary<string, int> Counts, int Images, long Bytes, DatasetVersion? Newest);

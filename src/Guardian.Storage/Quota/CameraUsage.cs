namespace Guardian.Storage;

/// <summary>What a camera's objects weigh: clips, snapshots and metadata, those that are still arriving included.</summary>
/// <param name="CameraId">The camera; null for all of them together.</param>
/// <param name="Bytes">Sealed bytes, of an object that is arriving what is reserved for it.</param>
/// <param name="Objects">Objects.</param>
/// <param name="Limit">Bytes allowed; null when there is no limit.</param>
/// <param name="IsWarned">Whether it is at <see cref="SealedArchiveOptions.QuotaWarning"/> of the limit or more.</param>
public sealed record CameraUsage(string? CameraId, long Bytes, long Objects, long? Limit, bool IsWarned);

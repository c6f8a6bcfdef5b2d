namespace Guardian.Models;

/// <summary>Where imported pictures go.</summary>
public sealed record DatasetImportRequest
{
    /// <summary>The camera, or null for the one that the manifest names.</summary>
    public string? CameraId { get; init; }

    /// <summary>The label of pictures that lie in no folder, when there is no manifest; null refuses them.</summary>
    public string? Label { get; init; }
}

namespace Guardian.Models;

/// <summary>What is exported.</summary>
public sealed record DatasetExportRequest
{
    /// <summary>The camera.</summary>
    public required string CameraId { get; init; }

    /// <summary>A version's number; null for what the dataset is now.</summary>
    public int? Version { get; init; }

    /// <summary>Only what arrived after this cursor (<see cref="DatasetExport.Cursor"/> of the last export, <see cref="DatasetVersion.Cursor"/>). Default 0: everything.</summary>
    public long After { get; init; }
}

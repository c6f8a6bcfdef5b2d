namespace Guardian.Models;

/// <summary>What a stranger's model file is said to be.</summary>
public sealed record ModelImport
{
    /// <summary>For people, 1 to 200 characters; the name of its series of versions when it is a base model.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of model: "detector", "autoencoder", … 1 to 32 of a-z 0-9 _ -.</summary>
    public required string ModelType { get; init; }

    /// <summary>The camera it is for; null for a base model.</summary>
    public string? CameraId { get; init; }

    /// <summary>Its version; null for the next one of its series.</summary>
    public ModelVersion? Version { get; init; }

    /// <summary>Width in pixels that an open input is tried with, 1 to 8192; null is the file's own, else 640.</summary>
    public int? InputWidth { get; init; }

    /// <summary>Height in pixels that an open input is tried with, 1 to 8192; null is the file's own, else 640.</summary>
    public int? InputHeight { get; init; }

    /// <summary>Where it comes from, up to 200 characters; becomes part of its lineage.</summary>
    public string? Source { get; init; }

    /// <summary>A JSON object with what is known about it, such as the names of its classes; up to 64 KiB. Null for nothing.</summary>
    public string? DescriptionJson { get; init; }
}

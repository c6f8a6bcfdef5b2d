namespace Guardian.Models;

/// <summary>A model in the catalog.</summary>
public sealed record CatalogModel
{
    /// <summary>The model's id, a UUID as text.</summary>
    public required string ModelId { get; init; }

    /// <summary>The camera it is for; null for a base model.</summary>
    public string? CameraId { get; init; }

    /// <summary>For people; the name of the series of a base model.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of model, for example "autoencoder" or "detector".</summary>
    public required string ModelType { get; init; }

    /// <summary>Its place in the history of its camera, or of the base models of its name.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>What it is used for.</summary>
    public required ModelStatus Status { get; init; }

    /// <summary>True when an operator wants it kept: no clean-up removes it.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Bytes of model.onnx; 0 while it is trained.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of model.onnx, 64 lower-case hexadecimal digits; empty while it is trained.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What it needs of a machine.</summary>
    public required ModelRequirements Requirements { get; init; }

    /// <summary>Where it comes from.</summary>
    public required ModelLineage Lineage { get; init; }

    /// <summary>The score of the built-in probe picture; null when the model gives none.</summary>
    public double? ProbeScore { get; init; }

    /// <summary>metadata.json as it lies beside the model; see docs/formats/model-metadata.md.</summary>
    public required string MetadataJson { get; init; }

    /// <summary>metadata.json of a model that was trained here; null for an imported one and while the training runs.</summary>
    public ModelMetadata? Metadata { get; init; }
}

namespace Guardian.Models;

/// <summary>A model in the catalog.</summary>
public sealed record CatalogModel
{
    /// <summary>The model's id, a UUID as text.</summary>
    public required string ModelId { get; init; }

    /// <summary>The camera it was trained for.</summary>
    public required string CameraId { get; init; }

    /// <summary>Its place in that camera's history.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>What it is used for.</summary>
    public required ModelStatus Status { get; init; }

    /// <summary>Bytes of model.onnx.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of model.onnx, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it was trained.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>metadata.json as it lies beside the model; see docs/formats/model-metadata.md.</summary>
    public required ModelMetadata Metadata { get; init; }
}

namespace Guardian.Models;

/// <summary>
/// The content of metadata.json, in its order; names there are in snake case (<c>model_id</c>). docs/formats/model-metadata.md is the normative text.
/// </summary>
public sealed record ModelMetadata
{
    /// <summary>The model's id, a UUID as text.</summary>
    public required string ModelId { get; init; }

    /// <summary>For people, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>For example "1.4.0".</summary>
    public required string Version { get; init; }

    /// <summary>For example "autoencoder".</summary>
    public required string ModelType { get; init; }

    /// <summary>The camera.</summary>
    public required string CameraId { get; init; }

    /// <summary>The network in words.</summary>
    public required string Architecture { get; init; }

    /// <summary>Width in pixels that the model itself reduces frames to.</summary>
    public required int InputWidth { get; init; }

    /// <summary>Height in pixels that the model itself reduces frames to.</summary>
    public required int InputHeight { get; init; }

    /// <summary>Length of the latent vector.</summary>
    public required int LatentSize { get; init; }

    /// <summary>Scores above this are anomalous.</summary>
    public required double Threshold { get; init; }

    /// <summary>The score of the probe picture.</summary>
    public required double ProbeScore { get; init; }

    /// <summary>Frames used, fitted and held out together.</summary>
    public required int TrainingImageCount { get; init; }

    /// <summary>SHA-256 over the digests of those frames.</summary>
    public required string DatasetFingerprint { get; init; }

    /// <summary>What the training measured.</summary>
    public required TrainingMetrics Metrics { get; init; }

    /// <summary>The options it was trained with, the seed among them.</summary>
    public required TrainingOptions Hyperparameters { get; init; }

    /// <summary>When the training ended (ISO 8601, UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Name of the model file, "model.onnx".</summary>
    public required string OnnxFile { get; init; }

    /// <summary>Bytes of the model file.</summary>
    public required long OnnxSize { get; init; }

    /// <summary>SHA-256 of the model file, 64 lower-case hexadecimal digits.</summary>
    public required string OnnxSha256 { get; init; }

    /// <summary>Operator set the model file needs.</summary>
    public required int Opset { get; init; }

    /// <summary>Program and version that wrote it.</summary>
    public required string Producer { get; init; }
}

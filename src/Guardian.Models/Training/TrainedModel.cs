namespace Guardian.Models;

/// <summary>A finished training: the model file and what is known about it. Put it into an <see cref="IModelCatalog"/> to give it an identity.</summary>
public sealed record TrainedModel
{
    /// <summary>The camera it was trained for.</summary>
    public required string CameraId { get; init; }

    /// <summary>The model as an ONNX file (opset 18, default operator domain); inputs and outputs are described in docs/formats/model-metadata.md.</summary>
    public required ReadOnlyMemory<byte> Onnx { get; init; }

    /// <summary>Kind of model, for example "autoencoder".</summary>
    public required string ModelType { get; init; }

    /// <summary>The network in words, for example "conv 3-16-32-64-64, latent 128, background".</summary>
    public required string Architecture { get; init; }

    /// <summary>Scores above this are anomalous.</summary>
    public required double Threshold { get; init; }

    /// <summary>The score of <see cref="ModelScorer.ScoreProbe"/> where the model was made; an edge that computes it too shows that its runtime agrees.</summary>
    public required double ProbeScore { get; init; }

    /// <summary>SHA-256 over the SHA-256 digests of the used frames in order, as 64 lower-case hexadecimal digits.</summary>
    public required string DatasetFingerprint { get; init; }

    /// <summary>The model in fewer bits; null unless <see cref="TrainingOptions.Reduce"/> asked for it.</summary>
    public ReducedModel? Reduced { get; init; }

    /// <summary>
    /// The dataset version that it was trained on, where whoever ordered the training knows it; null leaves it at <see cref="DatasetFingerprint"/>. Up to 200 characters. A trainer does not set it.
    /// </summary>
    public string? DatasetVersion { get; init; }

    /// <summary>The model whose weights the training began from (<see cref="TrainingRequest.Previous"/>); null for none. A trainer does not know it and does not set it.</summary>
    public string? ParentModelId { get; init; }

    /// <summary>The options it was trained with.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>What the training measured.</summary>
    public required TrainingMetrics Metrics { get; init; }

    /// <summary>When the training ended.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

namespace Guardian.Models;

/// <summary>The same model in fewer bits: network weights in 8, other large constants in 16. Less to transfer and to store; scoring takes as long as before.</summary>
public sealed record ReducedModel
{
    /// <summary>The ONNX file.</summary>
    public required ReadOnlyMemory<byte> Onnx { get; init; }

    /// <summary>Held-out frames on which it was compared.</summary>
    public required int Frames { get; init; }

    /// <summary>Mean absolute difference of the scores, in the unit of the score (the threshold is 1).</summary>
    public required double MeanDifference { get; init; }

    /// <summary>Largest absolute difference.</summary>
    public required double MaxDifference { get; init; }
}

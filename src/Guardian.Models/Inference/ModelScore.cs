using Guardian.Models.Inference;

namespace Guardian.Models;

/// <summary>What a model says about one frame.</summary>
public sealed record ModelScore
{
    /// <summary>The largest of <see cref="Parts"/>: 0 for an ordinary normal frame, <see cref="Threshold"/> at the limit of what is normal; no bounds.</summary>
    public required double Score { get; init; }

    /// <summary>The model's threshold: 1 unless somebody has changed the model.</summary>
    public required double Threshold { get; init; }

    /// <summary>True when <see cref="Score"/> is above <see cref="Threshold"/>.</summary>
    public bool IsAnomalous => Score > Threshold;

    /// <summary>
    /// What was looked for, each on the same scale: things of the size of a cell, of three, and of seven cells; a change of the strangest quarter, and of the whole
    /// picture (a covered, blurred, blinded or turned camera); and what the autoencoder could not reconstruct. Names: <see cref="PartNames"/>.
    /// </summary>
    public required IReadOnlyList<float> Parts { get; init; }

    /// <summary>
    /// How strange each cell of 4×4 pixels of the model's input is, [row, column] from the top left over the whole frame, in the unit of <see cref="Score"/>.
    /// </summary>
    public required float[,] ErrorMap { get; init; }

    /// <summary>Stable names of the parts, in their order.</summary>
    public static IReadOnlyList<string> PartNames { get; } = [.. MapParts.Names, "reconstruction"];
}

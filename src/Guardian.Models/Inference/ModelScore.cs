namespace Guardian.Models;

/// <summary>What a model says about one frame.</summary>
public sealed record ModelScore
{
    /// <summary>
    /// Mean of the 1 % strangest patches, each in standard deviations of what is normal at its place. Around 2 to 4 for normal frames; no upper bound.
    /// </summary>
    public required double Score { get; init; }

    /// <summary>The model's threshold.</summary>
    public required double Threshold { get; init; }

    /// <summary>True when <see cref="Score"/> is above <see cref="Threshold"/>.</summary>
    public bool IsAnomalous => Score > Threshold;

    /// <summary>
    /// The patches' normalised errors, [row, column] from the top left over the whole frame, in standard deviations: where in the frame it is strange.
    /// </summary>
    public required float[,] ErrorMap { get; init; }
}

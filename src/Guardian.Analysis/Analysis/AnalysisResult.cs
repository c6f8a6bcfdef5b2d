namespace Guardian.Analysis;

/// <summary>The second stage's judgement of an event.</summary>
public sealed record AnalysisResult
{
    /// <summary>What kind of anomaly it is, in words and numbers.</summary>
    public required AnomalyAssessment Assessment { get; init; }

    /// <summary>How much it matters, and why.</summary>
    public required RiskScore Risk { get; init; }

    /// <summary>What was found in the strongest frame.</summary>
    public required IReadOnlyList<DetectedObject> Objects { get; init; }

    /// <summary>The model's highest score of all frames relative to the threshold; null when no frame was scored.</summary>
    public double? Score { get; init; }

    /// <summary>What that score was held against; null when no frame was scored.</summary>
    public double? Threshold { get; init; }

    /// <summary>Frames that could be read.</summary>
    public required int FramesAnalysed { get; init; }

    /// <summary>
    /// Why the analysis knew less than it could have: no frames, unreadable ones, no model, a thin baseline. In words; empty when nothing
    /// was missing.
    /// </summary>
    public required IReadOnlyList<string> Problems { get; init; }
}

namespace Guardian.Analysis;

/// <summary>What kind of anomaly an event is.</summary>
public sealed record AnomalyAssessment
{
    /// <summary>The kind.</summary>
    public required AnomalyType AnomalyType { get; init; }

    /// <summary>How sure, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Why, for people, with the numbers behind it.</summary>
    public required string Explanation { get; init; }
}

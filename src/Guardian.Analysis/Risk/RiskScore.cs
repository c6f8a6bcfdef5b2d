namespace Guardian.Analysis;

/// <summary>How much an event matters, and why.</summary>
public sealed record RiskScore
{
    /// <summary>The level that <see cref="Value"/> falls into.</summary>
    public required RiskLevel Level { get; init; }

    /// <summary>0 to 100.</summary>
    public required double Value { get; init; }

    /// <summary>
    /// The reasons, strongest (by amount, whatever the sign) first. Their points add up to the value before it is clamped to 0 to 100.
    /// </summary>
    public required IReadOnlyList<RiskFactor> Factors { get; init; }
}

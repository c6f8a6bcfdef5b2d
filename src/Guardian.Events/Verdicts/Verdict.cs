namespace Guardian.Events;

/// <summary>The second stage's judgement of an event.</summary>
public sealed record Verdict
{
    /// <summary>The stable name of the kind of anomaly, such as <c>unknown_object</c>; 1 to 64 characters.</summary>
    public required string AnomalyType { get; init; }

    /// <summary>The risk level.</summary>
    public required Severity Severity { get; init; }

    /// <summary>The risk score, 0 to 100.</summary>
    public required double Score { get; init; }

    /// <summary>Why, strongest first; the points add up to the score before it is clamped to its range.</summary>
    public required IReadOnlyList<VerdictReason> Reasons { get; init; }

    /// <summary>Where in the frame, in pixels.</summary>
    public required IReadOnlyList<Detection> Regions { get; init; }

    /// <summary>When it was given, by the node's clock.</summary>
    public required DateTimeOffset AnalysedAt { get; init; }
}

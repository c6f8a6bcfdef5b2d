namespace Guardian.Models;

/// <summary>A rollout as it is now.</summary>
public sealed record Rollout
{
    /// <summary>Its id, a UUID as text.</summary>
    public required string RolloutId { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Who ordered it.</summary>
    public required string Actor { get; init; }

    /// <summary>Its steps and gates.</summary>
    public required RolloutPlan Plan { get; init; }

    /// <summary>How far it is.</summary>
    public required RolloutPhase Phase { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset PhaseSince { get; init; }

    /// <summary>True while the operator holds it: nobody new gets the model; gates go on watching.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>Which gate failed, or who ended it; null else.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was ordered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its edges and cameras. Empty in lists.</summary>
    public required IReadOnlyList<RolloutTarget> Targets { get; init; }

    /// <summary>Targets in each state.</summary>
    public required IReadOnlyDictionary<RolloutTargetState, int> Counts { get; init; }

    /// <summary>True until it is completed or rolled back.</summary>
    public bool IsOpen => Phase is not (RolloutPhase.Completed or RolloutPhase.RolledBack);

    /// <summary>What both arms of a comparison measured, and what the only one did else.</summary>
    public IReadOnlyDictionary<string, ModelFigures> FiguresByArm() =>
        Targets.GroupBy(t => t.Arm, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Aggregate(default(ModelFigures), (sum, t) => sum + t.Figures), StringComparer.Ordinal);
}

namespace Guardian.Models;

/// <summary>What is to be rolled out.</summary>
public sealed record RolloutRequest
{
    /// <summary>The most targets of one rollout.</summary>
    public const int MaxTargets = 10_000;

    /// <summary>For people, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Who orders it, 1 to 200 characters.</summary>
    public required string Actor { get; init; }

    /// <summary>Edges and cameras with their models, 1 to 10000, each edge and camera once.</summary>
    public required IReadOnlyList<RolloutTargetRequest> Targets { get; init; }

    /// <summary>In which steps.</summary>
    public RolloutPlan Plan { get; init; } = new();
}

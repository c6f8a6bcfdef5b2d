namespace Guardian.Models;

/// <summary>In which steps a model goes out.</summary>
public sealed record RolloutPlan
{
    /// <summary>Edges and cameras that get it first; null for <see cref="CanaryShare"/> of them. At least 1.</summary>
    public int? CanaryCount { get; init; }

    /// <summary>Share of the edges and cameras that get it first, at least one of them: more than 0, at most 1. Default 0.1.</summary>
    public double CanaryShare { get; init; } = 0.1;

    /// <summary>How long a phase is watched after its last edge has reported: 0 to 30 days. Default 10 minutes.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an edge may be silent after it was told before it counts as failed: 1 minute to 30 days. Default 1 day.</summary>
    public TimeSpan ReportLimit { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Share of the edges and cameras that get their target's alternative model, from 0 to 1: two models are compared. Who gets which follows from a hash of rollout, edge and camera. Null, the default, for
    /// no comparison.
    /// </summary>
    public double? AlternativeShare { get; init; }

    /// <summary>What rolls it back.</summary>
    public RolloutGates Gates { get; init; } = new();

    /// <summary>One step for everyone at once, watched by the gates of loading and probe alone: how an operator sets a version.</summary>
    public static RolloutPlan AtOnce { get; } = new() { CanaryShare = 1, Wait = TimeSpan.Zero };
}

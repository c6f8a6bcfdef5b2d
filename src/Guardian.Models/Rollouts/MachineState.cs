namespace Guardian.Models.Rollouts;

/// <summary>A rollout without its targets.</summary>
internal sealed record MachineState(RolloutPhase Phase, DateTimeOffset PhaseSince, bool IsPaused, string? Reason);

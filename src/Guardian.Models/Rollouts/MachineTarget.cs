namespace Guardian.Models.Rollouts;

/// <summary>What the machine knows of a target.</summary>
internal sealed record MachineTarget(bool IsCanary, RolloutTargetState State, DateTimeOffset Since, bool IsProbeFailure, ModelFigures Figures, ModelFigures Previous)
{
    /// <summary>Whether nothing more is to be expected of it in this phase.</summary>
    public bool IsSettled => State is not (RolloutTargetState.Waiting or RolloutTargetState.Assigned or RolloutTargetState.Restoring);
}

namespace Guardian.Models;

/// <summary>A rollout on one edge for one camera.</summary>
public sealed record RolloutTarget
{
    /// <summary>The edge.</summary>
    public required string EdgeId { get; init; }

    /// <summary>The camera.</summary>
    public required string CameraId { get; init; }

    /// <summary>The model that it is to get.</summary>
    public required string ModelId { get; init; }

    /// <summary>What the edge worked with when it was told; null before that, and when it had none.</summary>
    public string? PreviousModelId { get; init; }

    /// <summary>"A", or "B" for the alternative model of a comparison.</summary>
    public required string Arm { get; init; }

    /// <summary>Whether it is among the first.</summary>
    public required bool IsCanary { get; init; }

    /// <summary>How far it is.</summary>
    public required RolloutTargetState State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The newest deployment that was ordered for it; null before that.</summary>
    public string? DeploymentId { get; init; }

    /// <summary>True when it failed because the edge computed other scores.</summary>
    public bool IsProbeFailure { get; init; }

    /// <summary>Why it was skipped, failed or restored; null else.</summary>
    public string? Reason { get; init; }

    /// <summary>What the edge measured with the model.</summary>
    public ModelFigures Figures { get; init; }

    /// <summary>What the edge measured with the previous model, in the gates' window.</summary>
    public ModelFigures PreviousFigures { get; init; }
}

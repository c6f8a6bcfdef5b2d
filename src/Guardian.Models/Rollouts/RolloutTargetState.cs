namespace Guardian.Models;

/// <summary>How far a rollout is on one edge for one camera.</summary>
public enum RolloutTargetState
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>The edge has been told, or will be when it comes back, and has not reported.</summary>
    Assigned,

    /// <summary>The edge works with the model.</summary>
    Active,

    /// <summary>The edge could not use the model and goes on with the one it had.</summary>
    Failed,

    /// <summary>The edge is getting its previous model again.</summary>
    Restoring,

    /// <summary>The edge works with its previous model again, or never left it.</summary>
    Restored,

    /// <summary>The edge could not use its previous model again: it works with the new one, and somebody has to look.</summary>
    RestoreFailed,

    /// <summary>It was left out; the reason says why.</summary>
    Skipped,

    /// <summary>A later order for this edge and camera took its place.</summary>
    TakenOver,
}

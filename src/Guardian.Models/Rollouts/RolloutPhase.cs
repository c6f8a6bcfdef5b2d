namespace Guardian.Models;

/// <summary>How far a rollout is.</summary>
public enum RolloutPhase
{
    /// <summary>The canaries have the model, or are getting it; their figures are watched.</summary>
    Canary,

    /// <summary>The others have it, or are getting it.</summary>
    Everyone,

    /// <summary>Two models are compared; it lasts until the operator concludes it.</summary>
    Comparing,

    /// <summary>A gate failed, or the operator ordered it: those that got the model are getting their previous one again.</summary>
    RollingBack,

    /// <summary>It has ended with the model where it was wanted.</summary>
    Completed,

    /// <summary>It has ended with everyone's previous model.</summary>
    RolledBack,
}

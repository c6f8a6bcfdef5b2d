namespace Guardian.Models;

/// <summary>Where a training job stands.</summary>
public enum TrainingJobState
{
    /// <summary>Waits for a worker.</summary>
    Queued,

    /// <summary>Leased by a worker; when the lease runs out it counts as queued again.</summary>
    Running,

    /// <summary>Ended with a model.</summary>
    Succeeded,

    /// <summary>Ended without one.</summary>
    Failed,

    /// <summary>Ended by somebody's wish.</summary>
    Cancelled,
}

namespace Guardian.Models.Rollouts;

/// <summary>What is to be done about a target.</summary>
internal enum TargetOrder
{
    /// <summary>The edge is told to get the model.</summary>
    Assign,

    /// <summary>The edge works with the model and is told to get its previous one again.</summary>
    Restore,

    /// <summary>The edge has not reported: what it was told is taken back, it keeps what it has.</summary>
    Withdraw,

    /// <summary>The edge was silent for too long: what it was told is taken back, and it counts as failed.</summary>
    Expire,

    /// <summary>It is left out.</summary>
    Skip,
}

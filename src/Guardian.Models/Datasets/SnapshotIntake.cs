namespace Guardian.Models;

/// <summary>The answer to an offered snapshot.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">For people: which field or limit, where it was refused; else null.</param>
public sealed record SnapshotIntake(SnapshotOutcome Outcome, string? Reason = null)
{
    /// <summary>True when the snapshot is in the store, now or already: the sender may forget it.</summary>
    public bool IsStored => Outcome is SnapshotOutcome.Accepted or SnapshotOutcome.Duplicate;
}

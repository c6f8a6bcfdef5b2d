namespace Guardian.Models;

/// <summary>The answer to an offered snapshot.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">For people: which field or limit, where it was refused; else null.</param>
public sealed record SnapshotIntake(SnapshotOutcome Outcome, string? Reason = null)
{
    /// <summary>True when the snapshot is in the store, now or already: the sender may forget it.</summary>
    public bool IsStored => Outcome is SnapshotOutcome.Accepted or SnapshotOutcome.Duplicate;

    /// <summary>The id of an earlier snapshot of the same camera and label that looks the same, or null. It is stored nevertheless, unless the options refuse it.</summary>
    public string? NearDuplicateOf { get; init; }

    /// <summary>How many of the 64 bits of the two perceptual hashes differ; null without <see cref="NearDuplicateOf"/>.</summary>
    public int? Distance { get; init; }
}

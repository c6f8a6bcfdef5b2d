namespace Guardian.Models;

/// <summary>What became of one file of an import.</summary>
/// <param name="Name">Its name in the ZIP file or folder; of more than 256 characters the first 256, control characters as "?".</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">For people: which field or limit, where it was refused; else null.</param>
public sealed record DatasetImportEntry(string Name, SnapshotOutcome Outcome, string? Reason = null)
{
    /// <summary>The id of an earlier picture that looks the same, or null.</summary>
    public string? NearDuplicateOf { get; init; }

    /// <summary>How many of 64 bits differ from it, or null.</summary>
    public int? Distance { get; init; }
}

namespace Guardian.Models;

/// <summary>What became of an import, file by file.</summary>
public sealed record DatasetImportReport
{
    /// <summary>The camera; null when the whole was refused before it was known.</summary>
    public string? CameraId { get; init; }

    /// <summary>Why the whole was refused, naming the limit; then nothing of it is stored. Null when it was read.</summary>
    public string? Error { get; init; }

    /// <summary>Files in the order in which they were looked at.</summary>
    public required IReadOnlyList<DatasetImportEntry> Entries { get; init; }

    /// <summary>Pictures that are stored now and were not before.</summary>
    public int Accepted => Entries.Count(e => e.Outcome == SnapshotOutcome.Accepted);

    /// <summary>Pictures that were stored already.</summary>
    public int Duplicates => Entries.Count(e => e.Outcome == SnapshotOutcome.Duplicate);

    /// <summary>Accepted pictures that look like an earlier one.</summary>
    public int NearDuplicates => Entries.Count(e => e.Outcome == SnapshotOutcome.Accepted && e.NearDuplicateOf is not null);

    /// <summary>Files that were not stored, each with its reason.</summary>
    public int Refused => Entries.Count(e => e.Outcome is not (SnapshotOutcome.Accepted or SnapshotOutcome.Duplicate));
}

namespace Guardian.Storage;

/// <summary>What a verifier found.</summary>
public sealed record EvidenceReport
{
    /// <summary>The first thing that is wrong, naming its place in the file; null when everything holds.</summary>
    public string? Problem { get; init; }

    /// <summary>The event that the file is about.</summary>
    public Guid EventId { get; init; }

    /// <summary>The checkpoint that everything is proven against; null when the file ends before it could be read.</summary>
    public EvidenceCheckpoint? Checkpoint { get; init; }

    /// <summary>Id of the key that signed it.</summary>
    public string? SignedBy { get; init; }

    /// <summary>Whether that key was believed because of a key given to the verifier, and not only because the file brought it.</summary>
    public bool IsPinned { get; init; }

    /// <summary>The entries, verified, oldest first.</summary>
    public IReadOnlyList<EvidenceEntry> Entries { get; init; } = [];

    /// <summary>Names and sizes of the objects, verified.</summary>
    public IReadOnlyList<(string Name, long Size)> Objects { get; init; } = [];

    /// <summary>Names of accepted objects that the file need not have, verified, and why: <c>deleting</c> or <c>lost</c>.</summary>
    public IReadOnlyList<(string Name, string Reason)> Absent { get; init; } = [];
}

namespace Guardian.Storage;

/// <summary>A page of a listing.</summary>
/// <param name="Objects">The objects, in the byte order of their keys.</param>
/// <param name="Next">The cursor of the next page; null when this is the last.</param>
public sealed record ArchivePage(IReadOnlyList<ArchivedObject> Objects, string? Next);

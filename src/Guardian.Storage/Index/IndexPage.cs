namespace Guardian.Storage;

/// <summary>A page of the index.</summary>
/// <param name="Objects">Newest first, by when their first byte arrived.</param>
/// <param name="NextCursor">Asks for the next page; null on the last.</param>
public sealed record IndexPage(IReadOnlyList<SealedObjectInfo> Objects, string? NextCursor);

namespace Guardian.Storage;

/// <summary>Opens a run of an object's sealed bytes: a file, an archive, an HTTP server that takes Range.</summary>
/// <param name="range">Which bytes; null for all. What lies past the end is left out.</param>
/// <param name="cancellationToken">Gives up.</param>
public delegate Task<ArchiveRead> RangeSource(ByteRange? range, CancellationToken cancellationToken);

namespace Guardian.Storage;

/// <summary>A CAR file that was written.</summary>
/// <param name="RootCid">The CIDv1 of the directory that holds the event's objects by their names: the file's one root.</param>
/// <param name="Objects">How many objects it holds.</param>
/// <param name="Bytes">Bytes written.</param>
public sealed record CarExport(string RootCid, int Objects, long Bytes);

namespace Guardian.Storage;

/// <summary>An entry with the proof that it is in the log.</summary>
internal sealed record EvidenceProven(EvidenceEntry Entry, IReadOnlyList<ReadOnlyMemory<byte>> Proof);

namespace Guardian.Storage;

/// <summary>The entries of an event with their proofs, and what they are proven against, as of one moment.</summary>
internal sealed record EvidenceSnapshot(
    EvidenceCheckpoint Checkpoint, IReadOnlyList<EvidenceKeyInfo> Keys, IReadOnlyList<(EvidenceEntry Entry, IReadOnlyList<ReadOnlyMemory<byte>> Proof)> Entries);

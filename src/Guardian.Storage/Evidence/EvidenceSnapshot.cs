namespace Guardian.Storage;

/// <summary>The entries of an event and the log's keys with their proofs, what they are proven against, and the event's objects, as of one moment.</summary>
internal sealed record EvidenceSnapshot(
    EvidenceCheckpoint Checkpoint, IReadOnlyList<(EvidenceKeyInfo Key, EvidenceProven Entry)> Keys, IReadOnlyList<EvidenceProven> Entries, IReadOnlyList<SealedObjectInfo> Objects);

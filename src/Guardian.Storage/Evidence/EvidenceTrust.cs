namespace Guardian.Storage;

/// <summary>Whom a verifier believes.</summary>
public sealed class EvidenceTrust
{
    /// <summary>
    /// Keys of the log that were learnt another way than from the file, such as when the node was set up. A key that one of them endorses, and so on, is believed too. Empty (the default):
    /// the file's first key is believed, which shows that the file is whole, but not whose it is.
    /// </summary>
    public IList<EvidencePublicKey> Keys { get; } = [];

    /// <summary>Witnesses, by name, that must have countersigned the checkpoint; none by default.</summary>
    public IDictionary<string, EvidencePublicKey> Witnesses { get; } = new Dictionary<string, EvidencePublicKey>();

    /// <summary>A checkpoint seen earlier: of the same log, and not longer, the file's must be. Null (the default) for none.</summary>
    public EvidenceCheckpoint? Earlier { get; set; }
}

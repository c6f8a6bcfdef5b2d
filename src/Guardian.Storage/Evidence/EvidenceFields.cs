namespace Guardian.Storage;

/// <summary>Names of details that a verifier reads; docs/formats/evidence-log.md lists all of them.</summary>
internal static class EvidenceFields
{
    public const string Sha256 = "sha256", Size = "size", What = "what", Event = "event", Name = "name", Origin = "origin", Key = "key";

    /// <summary>Values of <see cref="What"/> that a verifier reads.</summary>
    public const string Adopted = "adopted", Lost = "lost", ToBeDeleted = "to be deleted";

    /// <summary>Of an erasure: which entries lost their details, and the event in a form that only who knows its id can recognise.</summary>
    public const string Entries = "entries", EventHash = "event_hash";

    /// <summary>What stays of an erasure's own details.</summary>
    public static readonly HashSet<string> KeptByErasure = [Sha256, Size, What, Name, "actor", "cid", "reason"];
}

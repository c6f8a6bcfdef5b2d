namespace Guardian.Storage;

/// <summary>
/// An object in a statement; its bytes follow in the file under <c>objects/</c> and its name, unless <paramref name="Absent"/> says why they do not: <see cref="Deleting"/> or <see cref="Lost"/>.
/// </summary>
internal sealed record EvidenceDocumentObject(string Name, long Size, string Sha256, string? Absent)
{
    /// <summary>It is marked for deletion, and no longer given out.</summary>
    public const string Deleting = "deleting";

    /// <summary>The store does not have it any more.</summary>
    public const string Lost = "lost";

    /// <summary>The entry that must bear an absence out: its kind and what it says.</summary>
    public static (EvidenceKind Kind, string What)? WitnessOf(string absent) => absent switch
    {
        Deleting => (EvidenceKind.Retention, EvidenceFields.ToBeDeleted),
        Lost => (EvidenceKind.Archive, EvidenceFields.Lost),
        _ => null,
    };
}

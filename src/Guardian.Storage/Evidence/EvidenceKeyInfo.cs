namespace Guardian.Storage;

/// <summary>A key that signs or signed a log.</summary>
/// <param name="Key">The key.</param>
/// <param name="EndorsedBy">Id of the key that vouches for it; null for the log's first.</param>
/// <param name="Endorsement">That key's signature over the origin and this key; empty for the log's first.</param>
public sealed record EvidenceKeyInfo(EvidencePublicKey Key, string? EndorsedBy, ReadOnlyMemory<byte> Endorsement)
{
    internal static string EndorsementText(string origin, EvidencePublicKey key) => $"guardian/evidence/v1 key\n{origin}\n{Convert.ToBase64String(key.ToDer())}\n";

    /// <summary>Whether <paramref name="by"/> vouches for this key in the log of that name.</summary>
    internal bool IsEndorsedBy(EvidencePublicKey by, string origin) =>
        EndorsedBy == by.Id && by.Verify(System.Text.Encoding.UTF8.GetBytes(EndorsementText(origin, Key)), Endorsement.Span);
}

namespace Guardian.Storage;

/// <summary>A signing key in a statement: PEM, the endorsement of the key before it in base64, and the entry by which it came into use.</summary>
internal sealed record EvidenceDocumentKey(string PublicKey, string? EndorsedBy, string? Endorsement, EvidenceDocumentEntry Entry);

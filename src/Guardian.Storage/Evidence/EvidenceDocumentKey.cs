namespace Guardian.Storage;

/// <summary>A signing key in a statement: PEM, and the endorsement of an earlier key in base64.</summary>
internal sealed record EvidenceDocumentKey(string PublicKey, string? EndorsedBy, string? Endorsement);

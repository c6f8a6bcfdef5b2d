namespace Guardian.Storage;

/// <summary>An entry in a statement: leaf, salt and proof in hexadecimal; details and salt are null when they were erased.</summary>
internal sealed record EvidenceDocumentEntry(long Index, string Leaf, string? Details, string? Salt, IReadOnlyList<string> Proof);

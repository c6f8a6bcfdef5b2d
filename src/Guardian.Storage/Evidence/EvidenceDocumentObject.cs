namespace Guardian.Storage;

/// <summary>An object in a statement; its bytes follow in the file under <c>objects/</c> and its name.</summary>
internal sealed record EvidenceDocumentObject(string Name, long Size, string Sha256);

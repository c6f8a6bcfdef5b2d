namespace Guardian.Storage;

/// <summary>The fault is the object's: no store and no further attempt can help, a person has to look.</summary>
internal sealed class UnarchivableException(string message) : StorageException(message);

namespace Guardian.Storage;

/// <summary>Bytes that claim to be a sealed object are not, or do not open with the key at hand.</summary>
public sealed class SealedFormatException : StorageException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="error">What is wrong.</param>
    /// <param name="message">The same in words, naming the field.</param>
    /// <param name="innerException">The cause.</param>
    public SealedFormatException(SealedFormatError error, string message, Exception? innerException = null)
        : base(message, isTransient: false, innerException) => Error = error;

    /// <summary>What is wrong.</summary>
    public SealedFormatError Error { get; }
}

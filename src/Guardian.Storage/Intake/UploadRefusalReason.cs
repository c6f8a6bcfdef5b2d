namespace Guardian.Storage;

/// <summary>Why an upload is not taken.</summary>
public enum UploadRefusalReason
{
    /// <summary>The bytes are not a sealed object, or their length shows that some are missing.</summary>
    NotSealed = 1,

    /// <summary>The object is not sealed to a key that the node was told to insist on.</summary>
    WrongRecipient,

    /// <summary>The upload does not start, or go on, where the stored bytes end.</summary>
    WrongOffset,

    /// <summary>The object is larger than <see cref="SealedArchiveOptions.MaxObjectBytes"/>, or than the size announced.</summary>
    TooLarge,

    /// <summary>The spool holds <see cref="SealedArchiveOptions.MaxSpoolBytes"/>.</summary>
    SpoolFull,

    /// <summary>There are <see cref="SealedArchiveOptions.MaxConcurrentUploads"/> uploads already.</summary>
    TooManyUploads,

    /// <summary>The same object is being uploaded by another call.</summary>
    AlreadyUploading,

    /// <summary>The object is complete; sending it again changes nothing.</summary>
    AlreadyComplete,

    /// <summary>The object belongs to another camera.</summary>
    OtherCamera,

    /// <summary>The camera, or all of them together, would use more than their quota.</summary>
    QuotaExceeded,

    /// <summary>The event was erased.</summary>
    Erased,
}

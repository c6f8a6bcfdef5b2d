namespace Guardian.Storage;

/// <summary>Where an object stands on its way to the archive.</summary>
public enum SealedObjectStatus
{
    /// <summary>An upload has begun and is not complete; it may go on at <see cref="SealedObjectInfo.Size"/>.</summary>
    Receiving = 1,

    /// <summary>Complete in the spool and acknowledged; waits to be archived.</summary>
    Pending = 2,

    /// <summary>Being written to the archive.</summary>
    Uploading = 3,

    /// <summary>In the archive.</summary>
    Completed = 4,
}

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

    /// <summary>To be deleted, or being deleted; it is no longer given out.</summary>
    Deleting = 5,

    /// <summary>It cannot be archived, or the archive has lost it; a person has to look. Nothing of it is deleted.</summary>
    Failed = 6,
}

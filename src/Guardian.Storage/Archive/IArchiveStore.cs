namespace Guardian.Storage;

/// <summary>
/// Where sealed objects last: buckets of immutable objects. Implementations are safe for use by many threads, never show half an object and never overwrite one.
/// </summary>
public interface IArchiveStore
{
    /// <summary>Makes a bucket unless it is there.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    Task EnsureBucketAsync(BucketName bucket, CancellationToken cancellationToken);

    /// <summary>Writes an object, read from <paramref name="content"/> to its end. When the task ends well the object is durable; when it throws, nothing is there.</summary>
    /// <exception cref="StorageException">The bucket is missing or the store failed.</exception>
    Task<PutResult> PutAsync(BucketName bucket, ObjectKey key, Stream content, CancellationToken cancellationToken);

    /// <summary>Opens an object or a range of it. A range that reaches past the end gives what there is.</summary>
    /// <returns>Null when there is no such object.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range starts past the end of the object.</exception>
    /// <exception cref="StorageException">The store failed.</exception>
    Task<ArchiveRead?> OpenReadAsync(BucketName bucket, ObjectKey key, ByteRange? range, CancellationToken cancellationToken);

    /// <summary>Tells an object's size and time.</summary>
    /// <returns>Null when there is no such object.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    Task<ArchivedObject?> StatAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Lists objects in the byte order of their keys.</summary>
    /// <param name="bucket">The bucket; one that is not there is empty.</param>
    /// <param name="prefix">Only keys that start with it; empty for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StorageException">The store failed.</exception>
    IAsyncEnumerable<ArchivedObject> ListAsync(BucketName bucket, string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    Task<bool> DeleteAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken);
}

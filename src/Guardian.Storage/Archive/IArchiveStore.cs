using System.IO.Pipelines;

namespace Guardian.Storage;

/// <summary>
/// Where sealed objects last: buckets of immutable objects. Implementations are safe for use by many threads, never show half an object and never overwrite one.
/// What an implementation must do is held by the suite in the package <c>Guardian.Storage.Conformance</c>. <see cref="ArchiveStoreExtensions"/> adds shorter forms.
/// </summary>
public interface IArchiveStore
{
    /// <summary>Makes a bucket unless it is there.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    Task EnsureBucketAsync(BucketName bucket, CancellationToken cancellationToken);

    /// <summary>
    /// Writes an object, read from <paramref name="content"/> to its end. When the task ends with <see cref="PutResult.Created"/> the object is durable and was
    /// checked against what <paramref name="options"/> say of it; in every other case nothing of it is visible. Memory does not grow with the object.
    /// </summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object.</param>
    /// <param name="content">The bytes, of any number; completed by the store whatever happens. Not read to its end when the object is there already.</param>
    /// <param name="options">What is known of the bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StorageException">The bucket is missing, the bytes are not those that were announced, or the store failed.</exception>
    Task<PutResult> PutAsync(BucketName bucket, ObjectKey key, PipeReader content, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Removes what interrupted puts of an object left behind, where the store keeps such things. The object itself is not touched.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    Task AbandonAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Opens an object or a range of it; the bytes are fetched as they are read. A range that reaches past the end gives what there is.</summary>
    /// <returns>Null when there is no such object.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range starts past the end of the object.</exception>
    /// <exception cref="StorageException">The store failed; reading the content can throw it too.</exception>
    Task<ArchiveRead?> OpenReadAsync(BucketName bucket, ObjectKey key, ByteRange? range, CancellationToken cancellationToken);

    /// <summary>Tells an object's size, time and checksum.</summary>
    /// <returns>Null when there is no such object.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    Task<ArchivedObject?> StatAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Lists objects in the byte order of their keys, one page.</summary>
    /// <param name="bucket">The bucket; one that is not there is empty.</param>
    /// <param name="prefix">Only keys that start with it; empty for all.</param>
    /// <param name="cursor">Where the page before this one ended (<see cref="ArchivePage.Next"/>); null for the first.</param>
    /// <param name="limit">At most this many, 1 to 1000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    /// <exception cref="StorageException">The store failed.</exception>
    Task<ArchivePage> ListAsync(BucketName bucket, string prefix, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>Removes an object.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    Task<bool> DeleteAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken);

    /// <summary>Makes an object with the bytes of another, inside the store where it can.</summary>
    /// <returns>Null when there is no object to copy.</returns>
    /// <exception cref="StorageException">The target's bucket is missing, or the store failed.</exception>
    Task<PutResult?> CopyAsync(BucketName fromBucket, ObjectKey from, BucketName toBucket, ObjectKey to, CancellationToken cancellationToken);

    /// <summary>Counts a bucket's objects and their bytes, as the store itself sees them.</summary>
    /// <returns>Zeros for a bucket that is not there.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    Task<BucketUsage> GetUsageAsync(BucketName bucket, CancellationToken cancellationToken);
}

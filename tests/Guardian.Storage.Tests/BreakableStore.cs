namespace Guardian.Storage.Tests;

/// <summary>A store whose outage a test switches on and off.</summary>
internal sealed class BreakableStore(IArchiveStore inner) : IArchiveStore
{
    public bool Down { get; set; }

    public Task EnsureBucketAsync(BucketName bucket, CancellationToken cancellationToken) => Check().EnsureBucketAsync(bucket, cancellationToken);

    public Task<PutResult> PutAsync(BucketName bucket, ObjectKey key, Stream content, CancellationToken cancellationToken) => Check().PutAsync(bucket, key, content, cancellationToken);

    public Task<ArchiveRead?> OpenReadAsync(BucketName bucket, ObjectKey key, ByteRange? range, CancellationToken cancellationToken) => Check().OpenReadAsync(bucket, key, range, cancellationToken);

    public Task<ArchivedObject?> StatAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => Check().StatAsync(bucket, key, cancellationToken);

    public IAsyncEnumerable<ArchivedObject> ListAsync(BucketName bucket, string prefix, CancellationToken cancellationToken) => Check().ListAsync(bucket, prefix, cancellationToken);

    public Task<bool> DeleteAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => Check().DeleteAsync(bucket, key, cancellationToken);

    private IArchiveStore Check() => Down ? throw new StorageException("the store is down", isTransient: true) : inner;
}

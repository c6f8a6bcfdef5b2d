using System.IO.Pipelines;

namespace Guardian.Storage.Tests;

/// <summary>A store whose outage a test switches on and off.</summary>
internal sealed class BreakableStore(IArchiveStore inner) : IArchiveStore
{
    public bool Down { get; set; }

    public Task EnsureBucketAsync(BucketName bucket, CancellationToken cancellationToken) => Check().EnsureBucketAsync(bucket, cancellationToken);

    public Task<PutResult> PutAsync(BucketName bucket, ObjectKey key, PipeReader content, PutOptions options, CancellationToken cancellationToken) =>
        Check().PutAsync(bucket, key, content, options, cancellationToken);

    public Task AbandonAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => Check().AbandonAsync(bucket, key, cancellationToken);

    public Task<ArchiveRead?> OpenReadAsync(BucketName bucket, ObjectKey key, ByteRange? range, CancellationToken cancellationToken) => Check().OpenReadAsync(bucket, key, range, cancellationToken);

    public Task<ArchivedObject?> StatAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => Check().StatAsync(bucket, key, cancellationToken);

    public Task<ArchivePage> ListAsync(BucketName bucket, string prefix, string? cursor, int limit, CancellationToken cancellationToken) =>
        Check().ListAsync(bucket, prefix, cursor, limit, cancellationToken);

    public Task<bool> DeleteAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => Check().DeleteAsync(bucket, key, cancellationToken);

    public Task<PutResult?> CopyAsync(BucketName fromBucket, ObjectKey from, BucketName toBucket, ObjectKey to, CancellationToken cancellationToken) =>
        Check().CopyAsync(fromBucket, from, toBucket, to, cancellationToken);

    public Task<BucketUsage> GetUsageAsync(BucketName bucket, CancellationToken cancellationToken) => Check().GetUsageAsync(bucket, cancellationToken);

    private IArchiveStore Check() => Down ? throw new StorageException("the store is down", isTransient: true) : inner;
}

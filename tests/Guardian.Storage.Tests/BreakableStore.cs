using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace Guardian.Storage.Tests;

/// <summary>A store whose outage a test switches on and off, and that notes what is put.</summary>
internal sealed class BreakableStore(IArchiveStore inner) : IArchiveStore
{
    public bool Down { get; set; }

    /// <summary>The buckets of every put that was tried, in their order.</summary>
    public ConcurrentQueue<BucketName> Buckets { get; } = new();

    /// <summary>A bucket from which nothing can be deleted.</summary>
    public BucketName? Undeletable { get; set; }

    /// <summary>What a put waits for, or fails with.</summary>
    public Func<BucketName, Task>? OnPut { get; set; }

    public Task EnsureBucketAsync(BucketName bucket, CancellationToken cancellationToken) => Check().EnsureBucketAsync(bucket, cancellationToken);

    public async Task<PutResult> PutAsync(BucketName bucket, ObjectKey key, PipeReader content, PutOptions options, CancellationToken cancellationToken)
    {
        Buckets.Enqueue(bucket);
        await (OnPut?.Invoke(bucket) ?? Task.CompletedTask);
        return await Check().PutAsync(bucket, key, content, options, cancellationToken);
    }

    public Task AbandonAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => Check().AbandonAsync(bucket, key, cancellationToken);

    public Task<ArchiveRead?> OpenReadAsync(BucketName bucket, ObjectKey key, ByteRange? range, CancellationToken cancellationToken) => Check().OpenReadAsync(bucket, key, range, cancellationToken);

    public Task<ArchivedObject?> StatAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => Check().StatAsync(bucket, key, cancellationToken);

    public Task<ArchivePage> ListAsync(BucketName bucket, string prefix, string? cursor, int limit, CancellationToken cancellationToken) =>
        Check().ListAsync(bucket, prefix, cursor, limit, cancellationToken);

    public Task<bool> DeleteAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) =>
        bucket == Undeletable ? throw new StorageException("not allowed") : Check().DeleteAsync(bucket, key, cancellationToken);

    public Task<PutResult?> CopyAsync(BucketName fromBucket, ObjectKey from, BucketName toBucket, ObjectKey to, CancellationToken cancellationToken) =>
        Check().CopyAsync(fromBucket, from, toBucket, to, cancellationToken);

    public Task<BucketUsage> GetUsageAsync(BucketName bucket, CancellationToken cancellationToken) => Check().GetUsageAsync(bucket, cancellationToken);

    private IArchiveStore Check() => Down ? throw new StorageException("the store is down", isTransient: true) : inner;
}

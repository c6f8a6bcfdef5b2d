using Microsoft.Extensions.Logging;

namespace Guardian.Storage;

/// <summary>Decides what is to go because its time is over or its place is needed, and sees to it that what is to go does.</summary>
internal sealed class RetentionSweeper(
    SealedArchiveOptions options, IArchiveStore store, StorageDatabase database, UsageLedger ledger, DeletionQueue deletions, ArchiveOutbox outbox, Spool spool, TimeProvider time, ILogger logger)
{
    /// <summary>Where <see cref="QuotaPolicy.DeleteOldest"/> begins, and where it ends, as shares of the quota.</summary>
    private const double HighWater = 0.9, LowWater = 0.8;

    private const int Batch = 100;

    /// <summary>How long a deletion may take before it is tried again, and how soon one is whose file is in use.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10), InUse = TimeSpan.FromSeconds(1);

    /// <summary>Deletes what is to go, as far as the store lets it.</summary>
    /// <returns>How many objects went.</returns>
    public async Task<int> DeleteMarkedAsync(CancellationToken cancellationToken)
    {
        int deleted = 0;
        IReadOnlyList<SealedObjectInfo> due;
        do
        {
            due = await deletions.LeaseAsync(spool.Id, Batch, Lease, cancellationToken).ConfigureAwait(false);
            foreach (SealedObjectInfo info in due)
            {
                deleted += await TryDeleteAsync(info, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            }
        }
        while (due.Count == Batch);
        return deleted;
    }

    /// <summary>Marks what is to go by the policies.</summary>
    /// <returns>How many objects.</returns>
    public async Task<int> MarkDueAsync(CancellationToken cancellationToken)
    {
        int marked = 0;
        IReadOnlyList<CameraUsage> usages = await database.ReadAsync(ledger.List, cancellationToken).ConfigureAwait(false);
        foreach (CameraUsage camera in usages.Where(u => u.CameraId is not null))
        {
            foreach (ObjectSeverity severity in Enum.GetValues<ObjectSeverity>())
            {
                if (options.RetentionOf(camera.CameraId!).Of(severity) is { } kept)
                {
                    int batch;
                    do
                    {
                        batch = await deletions.MarkExpiredAsync(camera.CameraId!, severity, time.GetUtcNow() - kept, $"retention: kept for {kept}", cancellationToken).ConfigureAwait(false);
                        marked += batch;
                    }
                    while (batch > 0);
                }
            }
        }

        if (options.WhenQuotaFull == QuotaPolicy.DeleteOldest)
        {
            foreach (CameraUsage full in usages.Where(u => u.Bytes >= u.Limit * HighWater))
            {
                marked += await deletions.MarkOldestAsync(
                    full.CameraId, full.Bytes - (long)(full.Limit!.Value * LowWater), "quota: the oldest make place", cancellationToken).ConfigureAwait(false);
            }
        }

        return marked;
    }

    private async Task<bool> TryDeleteAsync(SealedObjectInfo info, CancellationToken cancellationToken)
    {
        // While it arrives or is being archived somebody else has the file; it goes when that has ended.
        if (outbox.IsBusy(info.Id) || spool.IsOpen(info.Id))
        {
            await deletions.PostponeAsync(info.Id, time.GetUtcNow() + InUse, error: null, cancellationToken).ConfigureAwait(false);
            return false;
        }

        try
        {
            if (info.ArchivedAt is null)
            {
                // It may have been on its way.
                await store.AbandonAsync(info.Bucket, info.Key, cancellationToken).ConfigureAwait(false);
            }

            await store.DeleteAsync(info.Bucket, info.Key, cancellationToken).ConfigureAwait(false);
            if (spool.Delete(info.Id))
            {
                spool.Release(info.Size);
            }

            await deletions.FinishAsync(info.Id, cancellationToken).ConfigureAwait(false);
            Log.Deleted(logger, info.Id, info.Bucket);
            return true;
        }
        catch (Exception e) when (e is StorageException or IOException)
        {
            // Each waits for itself: what cannot go must not keep the others.
            Log.DeletionFailed(logger, info.Id, e);
            await deletions.PostponeAsync(info.Id, time.GetUtcNow() + Backoff.Of(options.RetryDelay, options.MaxRetryDelay, info.Attempts), e.Message, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }
}

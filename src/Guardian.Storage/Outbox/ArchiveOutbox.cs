using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Guardian.Storage;

/// <summary>
/// Takes complete objects from the spool to the archive. Each step is a row, so a killed process goes on where it stood:
/// 1. lease due rows; 2. put the object; 3. mark the row completed; 4. remove the spool file.
/// A kill between 2 and 3 finds the object in the store on the next attempt; one between 3 and 4 leaves a file that recovery removes.
/// </summary>
internal sealed class ArchiveOutbox(SealedArchiveOptions options, IArchiveStore store, SealedObjectIndex index, Spool spool, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How often the clock is looked at for retries and stale uploads; new objects wake the loop at once.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Longest that one object may take to archive; after that, another attempt may begin.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly ConcurrentDictionary<SealedObjectId, bool> _busy = new();

    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    public void Dispose() => _wake.Dispose();

    /// <summary>Whether an object is being archived at this moment.</summary>
    public bool IsBusy(SealedObjectId id) => _busy.ContainsKey(id);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ArchiveDueAsync(cancellationToken).ConfigureAwait(false);
                await DropStaleAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The database failed (a full disk). A row whose end could not be recorded is due again when its lease runs out.
                Log.OutboxFailed(logger, e);
            }

            await _wake.WaitAsync(Tick, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<int> ArchiveDueAsync(CancellationToken cancellationToken)
    {
        int archived = 0;
        while (true)
        {
            IReadOnlyList<SealedObjectInfo> due = await index.LeaseDueAsync(time.GetUtcNow(), Lease, options.ArchiveParallelism, cancellationToken).ConfigureAwait(false);
            if (due.Count == 0)
            {
                return archived;
            }

            bool[] done = await Task.WhenAll(due.Select(o => ArchiveAsync(o, cancellationToken))).ConfigureAwait(false);
            archived += done.Count(d => d);
        }
    }

    private async Task<bool> ArchiveAsync(SealedObjectInfo info, CancellationToken cancellationToken)
    {
        if (!_busy.TryAdd(info.Id, true))
        {
            // Its lease ran out while the store still has not answered.
            return false;
        }

        try
        {
            await PutAsync(info, cancellationToken).ConfigureAwait(false);
            if (!await index.CompleteAsync(info, time.GetUtcNow(), cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            spool.Delete(info.Id);
            spool.Release(info.Size);
            Log.Archived(logger, info.Id, info.Bucket, info.Size);
            return true;
        }
        catch (Exception e) when (e is StorageException or IOException)
        {
            TimeSpan wait = Delay(info.Attempts);
            Log.ArchiveFailed(logger, info.Id, info.Attempts + 1, wait, e);
            await index.PostponeAsync(info.Id, time.GetUtcNow() + wait, e.Message, CancellationToken.None).ConfigureAwait(false);
            return false;
        }
        finally
        {
            _busy.TryRemove(info.Id, out _);
        }
    }

    private async Task PutAsync(SealedObjectInfo info, CancellationToken cancellationToken)
    {
        await store.EnsureBucketAsync(info.Bucket, cancellationToken).ConfigureAwait(false);
        ArchiveRead? read = spool.OpenRead(info.Id, range: null) ?? throw new StorageException($"spool: the file of {info.Id} is missing");
        await using (read.ConfigureAwait(false))
        {
            if (await store.PutAsync(info.Bucket, info.Key, read.Content, cancellationToken).ConfigureAwait(false) == PutResult.Created)
            {
                return;
            }
        }

        // A process that was killed after the put, most likely. The spool's copy goes only when the archive's is the same.
        ArchiveRead? there = await store.OpenReadAsync(info.Bucket, info.Key, range: null, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException($"archive: {info.Bucket}/{info.Key} was there and is not", isTransient: true);
        await using (there.ConfigureAwait(false))
        {
            byte[] hash = await SHA256.HashDataAsync(there.Content, cancellationToken).ConfigureAwait(false);
            if (!hash.AsSpan().SequenceEqual(info.Sha256.Span))
            {
                throw new StorageException($"archive: {info.Bucket}/{info.Key} is taken by another object of {there.TotalSize} bytes");
            }
        }
    }

    private TimeSpan Delay(int attempts)
    {
        double doubled = options.RetryDelay.TotalSeconds * Math.Pow(2, Math.Min(attempts, 30));
        double jitter = 0.8 + (0.4 * Random.Shared.NextDouble());
        return TimeSpan.FromSeconds(Math.Min(doubled, options.MaxRetryDelay.TotalSeconds) * jitter);
    }

    private async Task DropStaleAsync(CancellationToken cancellationToken)
    {
        foreach (SealedObjectInfo stale in await index.ListStalePartialsAsync(time.GetUtcNow() - options.PartialExpiry, cancellationToken).ConfigureAwait(false))
        {
            if (!spool.IsOpen(stale.Id))
            {
                await index.RemoveAsync(stale.Id, cancellationToken).ConfigureAwait(false);
                spool.Delete(stale.Id);
                spool.Release(stale.Size);
                Log.PartialDropped(logger, stale.Id, stale.Size);
            }
        }
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Guardian.Storage;

/// <summary>
/// Takes complete objects from the spool to the archive. Each step is a row, so a killed process goes on where it stood:
/// 1. lease due rows, one camera after the other; 2. put the object; 3. mark the row completed; 4. remove the spool file.
/// A kill inside 2 leaves parts that the next attempt goes on with; one between 2 and 3 finds the object in the store on the next attempt; one between 3 and 4 leaves a file that recovery removes.
/// </summary>
internal sealed class ArchiveOutbox(SealedArchiveOptions options, IArchiveStore store, SealedObjectIndex index, Spool spool, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How often the clock is looked at for retries and stale uploads; new objects wake the loop at once.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>After this an object that nobody archives is due again: its end could not be recorded.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>Longest that a store which is down is left alone: what it costs to look is one request.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly WakeSignal _wake = new();
    private readonly ConcurrentDictionary<SealedObjectId, bool> _busy = new();
    private readonly StoreBreaker _breaker = new(
        options.StoreFailuresUntilDown, options.RetryDelay, options.MaxRetryDelay < LongestPause ? options.MaxRetryDelay : LongestPause, time);

    /// <summary>The camera that was served last; the next one in order comes next.</summary>
    private string _lastCamera = "";

    public ArchiveStoreHealth StoreHealth => _breaker.Health;

    public void Wake() => _wake.Raise();

    public void Dispose() => _wake.Dispose();

    /// <summary>Whether an object is being archived at this moment.</summary>
    public bool IsBusy(SealedObjectId id) => _busy.ContainsKey(id);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ArchiveAsync(untilNothingIsDue: false, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The database failed (a full disk). A row whose end could not be recorded is due again when its lease runs out.
                Log.OutboxFailed(logger, e);
            }

            await _wake.WaitAsync(Tick, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<int> ArchiveDueAsync(CancellationToken cancellationToken) => ArchiveAsync(untilNothingIsDue: true, cancellationToken);

    private async Task<int> ArchiveAsync(bool untilNothingIsDue, CancellationToken cancellationToken)
    {
        int archived = 0;
        var underWay = new List<Task<bool>>();
        Task? wake = null;
        DateTimeOffset tidied = DateTimeOffset.MinValue;
        try
        {
            while (true)
            {
                if (time.GetUtcNow() - tidied >= Tick)
                {
                    tidied = time.GetUtcNow();
                    await DropStaleAsync(cancellationToken).ConfigureAwait(false);
                    await index.ReleaseExpiredAsync(tidied, IsBusy, cancellationToken).ConfigureAwait(false);
                }

                int free = _breaker.Allowance(options.ArchiveParallelism, underWay.Count);
                if (free > 0)
                {
                    IReadOnlyList<SealedObjectInfo> due = await index.LeaseDueAsync(_lastCamera, time.GetUtcNow(), Lease, free, cancellationToken).ConfigureAwait(false);
                    _lastCamera = due.Count > 0 ? due[^1].CameraId : _lastCamera;
                    underWay.AddRange(due.Select(o => ArchiveAsync(o, cancellationToken)));
                }

                if (underWay.Count == 0 && untilNothingIsDue)
                {
                    return archived;
                }

                if (!untilNothingIsDue)
                {
                    wake ??= _wake.WaitAsync(Tick, cancellationToken);
                }

                Task ended = await Task.WhenAny(wake is null ? underWay : [.. underWay, wake]).ConfigureAwait(false);
                await ended.ConfigureAwait(false);
                if (ended == wake)
                {
                    wake = null;
                }
                else if (ended is Task<bool> one)
                {
                    underWay.Remove(one);
                    archived += await one.ConfigureAwait(false) ? 1 : 0;
                }
            }
        }
        finally
        {
            await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> ArchiveAsync(SealedObjectInfo info, CancellationToken cancellationToken)
    {
        if (!_busy.TryAdd(info.Id, true))
        {
            return false;
        }

        try
        {
            await PutAsync(info, cancellationToken).ConfigureAwait(false);
            await StoreAnsweredAsync().ConfigureAwait(false);
            if (!await index.CompleteAsync(info, time.GetUtcNow(), cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            spool.Delete(info.Id);
            spool.Release(info.Size);
            GuardianStorageTelemetry.Archived(info.Size);
            Log.Archived(logger, info.Id, info.Bucket, info.Size);
            return true;
        }
        catch (OperationCanceledException)
        {
            await index.ReleaseAsync(info.Id, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        catch (UnarchivableException e)
        {
            await StoreAnsweredAsync().ConfigureAwait(false);
            GuardianStorageTelemetry.ArchiveFailed();
            Log.Unarchivable(logger, info.Id, e);
            await index.FailAsync(info.Id, e.Message, time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
            return false;
        }
        catch (Exception e) when (e is StorageException or IOException)
        {
            await PostponeAsync(info, e).ConfigureAwait(false);
            return false;
        }
        finally
        {
            _busy.TryRemove(info.Id, out _);
        }
    }

    private async Task StoreAnsweredAsync()
    {
        if (_breaker.Succeeded())
        {
            // What failed while the store was away need not wait for its own delay.
            Log.StoreUp(logger);
            GuardianStorageTelemetry.StoreIs(up: true);
            await index.HurryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task PostponeAsync(SealedObjectInfo info, Exception error)
    {
        TimeSpan wait = Backoff.Of(options.RetryDelay, options.MaxRetryDelay, info.Attempts);
        GuardianStorageTelemetry.ArchiveFailed();
        Log.ArchiveFailed(logger, info.Id, info.Attempts + 1, wait, error);
        await index.PostponeAsync(info.Id, time.GetUtcNow() + wait, error.Message, CancellationToken.None).ConfigureAwait(false);
        if (_breaker.Failed(error.Message) is { } pause)
        {
            Log.StoreDown(logger, pause);
            GuardianStorageTelemetry.StoreIs(up: false);
        }
    }

    private async Task PutAsync(SealedObjectInfo info, CancellationToken cancellationToken)
    {
        await store.EnsureBucketAsync(info.Bucket, cancellationToken).ConfigureAwait(false);
        ArchiveRead? read = spool.OpenRead(info.Id, range: null) ?? throw new UnarchivableException($"spool: the file of {info.Id} is missing");
        await using (read.ConfigureAwait(false))
        {
            var whole = new PutOptions { Sha256 = info.Sha256, Length = info.Size, Resume = true };
            if (await store.PutAsync(info.Bucket, info.Key, read.Content, whole, cancellationToken).ConfigureAwait(false) == PutResult.Created)
            {
                return;
            }
        }

        // A process that was killed after the put, most likely. The spool's copy goes only when the archive's is the same.
        byte[] hash = await store.HashAsync(info.Bucket, info.Key, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException($"archive: {info.Bucket}/{info.Key} was there and is not", isTransient: true);
        if (!hash.AsSpan().SequenceEqual(info.Sha256.Span))
        {
            throw new UnarchivableException($"archive: {info.Bucket}/{info.Key} is taken by another object");
        }
    }

    private async Task DropStaleAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset before = time.GetUtcNow() - options.PartialExpiry;
        foreach (SealedObjectInfo stale in await index.ListStalePartialsAsync(before, cancellationToken).ConfigureAwait(false))
        {
            // Claimed like an upload, so that none begins on it meanwhile.
            if (spool.TryOpen(stale.Id) is not null)
            {
                continue;
            }

            try
            {
                if (await index.RemoveStaleAsync(stale.Id, before, cancellationToken).ConfigureAwait(false))
                {
                    if (spool.Delete(stale.Id))
                    {
                        spool.Release(stale.Size);
                    }

                    Log.PartialDropped(logger, stale.Id, stale.Size);
                }
            }
            finally
            {
                spool.Close(stale.Id);
            }
        }
    }
}

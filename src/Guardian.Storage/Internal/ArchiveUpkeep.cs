using Microsoft.Extensions.Logging;

namespace Guardian.Storage;

/// <summary>What the archive does by itself besides archiving: deletes, warns of full quotas, reconciles every night.</summary>
internal sealed class ArchiveUpkeep(
    SealedArchiveOptions options, StorageDatabase database, UsageLedger ledger, RetentionSweeper sweeper, Reconciler reconciler, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How often quotas are looked at and deletions that failed are tried again, and how often the policies are applied.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5), PolicyInterval = TimeSpan.FromMinutes(1);

    private readonly WakeSignal _wake = new();

    public event EventHandler<CameraUsage>? QuotaNearlyFull;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset policiesAt = DateTimeOffset.MinValue;
        DateTimeOffset? reconcileAt = NextReconciliation();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (time.GetUtcNow() >= policiesAt)
                {
                    policiesAt = time.GetUtcNow() + PolicyInterval;
                    await DeleteDueAsync(cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await sweeper.DeleteMarkedAsync(cancellationToken).ConfigureAwait(false);
                }

                await WarnAsync(cancellationToken).ConfigureAwait(false);
                if (reconcileAt <= time.GetUtcNow())
                {
                    reconcileAt = NextReconciliation();
                    await ReconcileAsync(repair: true, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Store or database failed; everything here is tried again.
                Log.UpkeepFailed(logger, e);
            }

            // A woken loop has something to delete; the clock is the test's where there is one.
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task tick = Task.Delay(Tick, time, ended.Token);
            await Task.WhenAny(tick, _wake.WaitAsync(ended.Token)).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Wake() => _wake.Raise();

    public async Task<int> DeleteDueAsync(CancellationToken cancellationToken)
    {
        await sweeper.MarkDueAsync(cancellationToken).ConfigureAwait(false);
        return await sweeper.DeleteMarkedAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<ReconcileReport> ReconcileAsync(bool repair, CancellationToken cancellationToken)
    {
        ReconcileReport report = await reconciler.RunAsync(repair, cancellationToken).ConfigureAwait(false);
        Log.Reconciled(logger, report.Buckets, report.Objects, report.Lost.Count, report.Unknown.Count, report.Drift.Count);
        return report;
    }

    public void Dispose() => _wake.Dispose();

    private async Task WarnAsync(CancellationToken cancellationToken)
    {
        // Looked at first: most of the time there is nothing to write.
        if (!await database.ReadAsync(c => ledger.List(c).Any(ledger.HasCrossed), cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        foreach (CameraUsage usage in await database.WriteAsync(ledger.TakeWarnings, cancellationToken).ConfigureAwait(false))
        {
            Log.QuotaNearlyFull(logger, usage.CameraId is { } camera ? $"camera {camera}" : "all cameras together", usage.Bytes, usage.Limit);
            QuotaNearlyFull?.Invoke(this, usage);
        }
    }

    private DateTimeOffset? NextReconciliation()
    {
        if (options.ReconcileHour is not { } hour)
        {
            return null;
        }

        DateTimeOffset now = time.GetUtcNow();
        var today = new DateTimeOffset(now.Year, now.Month, now.Day, hour, 0, 0, TimeSpan.Zero);
        return today > now ? today : today.AddDays(1);
    }
}

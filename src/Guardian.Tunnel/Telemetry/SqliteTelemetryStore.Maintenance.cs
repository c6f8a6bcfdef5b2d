using Dapper;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>
/// How samples become minutes, hours and days, and when they go.
/// <list type="number">
/// <item>A minute is computed from its samples once it is over, and again when a late sample came.</item>
/// <item>An hour is computed from its minutes, a day from its hours, whenever one of them was computed.</item>
/// <item>What is older than its retention goes, up to the earliest bucket that is still to be computed from it.</item>
/// </list>
/// </summary>
public sealed partial class SqliteTelemetryStore
{
    /// <summary>Buckets computed in one transaction: samples that wait to be stored wait for no more than these.</summary>
    private const int Batch = 200;

    private static readonly TelemetryResolution[] Levels = [TelemetryResolution.Minute, TelemetryResolution.Hour, TelemetryResolution.Day];

    /// <inheritdoc/>
    public async Task<int> MaintainAsync(CancellationToken cancellationToken)
    {
        long now = TelemetryTime.ToSeconds(_time.GetUtcNow());
        int computed = 0;
        foreach (TelemetryResolution level in Levels)
        {
            // Larger buckets are computed while they last; a minute would be computed at every call.
            long last = level == TelemetryResolution.Minute ? now - TelemetryTime.WidthOf(level) : long.MaxValue;
            int done;
            do
            {
                done = await _database.WriteAsync(c => RollUp(c, level, last), cancellationToken).ConfigureAwait(false);
                computed += done;
            }
            while (done == Batch);
        }

        await DropAsync(now, cancellationToken).ConfigureAwait(false);
        return computed;
    }

    /// <summary>Computes some of the buckets that are due, oldest first.</summary>
    private static int RollUp(SqliteConnection connection, TelemetryResolution level, long last)
    {
        List<PendingBucket> due = [.. connection.Query<PendingBucket>(
            "SELECT level, start, series_id, kind FROM pending JOIN series ON series.id = series_id WHERE level = @Level AND start <= @Last ORDER BY start LIMIT @Batch",
            new { Level = (int)level, Last = last, Batch })];
        foreach (IGrouping<long, PendingBucket> kind in due.GroupBy(b => b.kind))
        {
            TelemetryStatements statements = TelemetryStatements.For((SeriesKind)kind.Key);

            // One call with many parameters, so that these long statements are prepared once.
            connection.Execute(
                level == TelemetryResolution.Minute ? statements.RollUpSamples : statements.RollUpBuckets,
                kind.Select(b => new { Level = b.level, Series = b.series_id, Start = b.start, End = b.start + TelemetryTime.WidthOf(level) }));
        }

        connection.Execute("DELETE FROM pending WHERE level = @level AND start = @start AND series_id = @series_id", due);
        if (level < TelemetryResolution.Day)
        {
            due.ForEach(b => Await(connection, level + 1, b.series_id, b.start));
        }

        return due.Count;
    }

    private async Task DropAsync(long now, CancellationToken cancellationToken)
    {
        List<TelemetryResolution> moved = await _database.WriteAsync(
            c => Enum.GetValues<TelemetryResolution>().Where(l => MoveHorizon(c, l, now)).ToList(), cancellationToken).ConfigureAwait(false);
        if (moved.Count == 0)
        {
            return;
        }

        // Some series at a time, so that samples need not wait for all of them.
        for (long? next = 0; next is { } after;)
        {
            next = await _database.WriteAsync(c => Drop(c, moved, after), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Moves a horizon to the end of the retention, in steps of the next larger bucket, so that dropping is not done at every call.</summary>
    private bool MoveHorizon(SqliteConnection connection, TelemetryResolution level, long now)
    {
        TelemetryResolution parent = level == TelemetryResolution.Day ? level : level + 1;
        TelemetryResolution step = level == TelemetryResolution.Raw ? TelemetryResolution.Minute : parent;
        long horizon = TelemetryTime.Floor(now - (long)_options.RetentionOf(level).TotalSeconds, step);
        long? needed = connection.ExecuteScalar<long?>("SELECT MIN(start) FROM pending WHERE level = @Level", new { Level = (int)level + 1 });
        return connection.Execute("UPDATE horizons SET at = @At WHERE level = @Level AND at < @At", new { Level = (int)level, At = Math.Min(horizon, needed ?? horizon) }) == 1;
    }

    /// <summary>Drops what lies behind the horizons of the next series, and the series of which nothing is left.</summary>
    /// <returns>The last series that was looked at; null when there are no more.</returns>
    private static long? Drop(SqliteConnection connection, List<TelemetryResolution> levels, long after)
    {
        Dictionary<long, long> horizons = connection.Query<(long Level, long At)>("SELECT level, at FROM horizons").ToDictionary(h => h.Level, h => h.At);
        List<(long Id, long Kind)> series = [.. connection.Query<(long, long)>("SELECT id, kind FROM series WHERE id > @After ORDER BY id LIMIT @Batch", new { After = after, Batch })];
        foreach ((long id, long kind) in series)
        {
            TelemetryStatements statements = TelemetryStatements.For((SeriesKind)kind);
            foreach (TelemetryResolution level in levels)
            {
                connection.Execute(
                    level == TelemetryResolution.Raw ? statements.DropSamples : statements.DropBuckets, new { Level = (int)level, Series = id, Horizon = horizons[(int)level] });
            }
        }

        if (series.Count > 0 && levels.Contains(TelemetryResolution.Day))
        {
            DropEmptyCameras(connection, series[0].Id, series[^1].Id);
        }

        return series.Count == Batch ? series[^1].Id : null;
    }

    private static void DropEmptyCameras(SqliteConnection connection, long first, long last)
    {
        string empty = $"SELECT id FROM series WHERE kind = {(int)SeriesKind.Camera} AND id BETWEEN @First AND @Last AND {TelemetryStatements.For(SeriesKind.Camera).IsEmpty}";
        var range = new { First = first, Last = last };
        connection.Execute($"DELETE FROM camera_states WHERE series_id IN ({empty})", range);
        connection.Execute($"DELETE FROM series WHERE id IN ({empty})", range);
    }
}

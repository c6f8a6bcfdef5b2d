using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Analysis;

/// <summary>Baselines in one SQLite file. Observations of many callers share an fsync (group commit). One process writes; others may read.</summary>
public sealed class SqliteBaselineStore : IBaselineStore, IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeZoneInfo _zone;
    private readonly long _maxFrames;
    private readonly SqliteDatabase _database;

    /// <summary>Opens or creates the file, with the defaults of <see cref="AnalysisOptions"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="timeProvider">The clock for bookkeeping; null is the system's.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> names no file.</exception>
    /// <exception cref="AnalysisException">The file cannot be opened, or a newer program wrote it.</exception>
    public SqliteBaselineStore(string path, TimeProvider? timeProvider = null)
        : this(new AnalysisOptions { BaselinePath = path }, timeProvider)
    {
    }

    /// <summary>Opens or creates the file and brings its schema up to date.</summary>
    /// <param name="options">The file, the cameras' time zone and the limit of frames.</param>
    /// <param name="timeProvider">The clock for bookkeeping; null is the system's.</param>
    /// <exception cref="ArgumentException">The options are not sound; the message names every key.</exception>
    /// <exception cref="AnalysisException">The file cannot be opened, or a newer program wrote it.</exception>
    public SqliteBaselineStore(AnalysisOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _time = timeProvider ?? TimeProvider.System;
        _zone = options.GetTimeZone();
        _maxFrames = options.MaxBaselineFrames;
        try
        {
            _database = new SqliteDatabase(options.BaselinePath, BaselineSchema.Migrations);
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new AnalysisException($"baseline: {e.Message}", innerException: e);
        }
    }

    /// <inheritdoc/>
    public async Task ObserveAsync(string cameraId, BaselineObservation observation, CancellationToken cancellationToken)
    {
        InputRules.CheckCamera(cameraId);
        InputRules.Check(observation);
        int hour = LocalTime.Hour(observation.CapturedAt, _zone);
        IReadOnlyList<int> cells = BaselineGrid.Covered(observation.Objects, observation.Width, observation.Height);
        long now = SqlTime.ToSql(_time.GetUtcNow());
        await WrapAsync(() => _database.WriteAsync(
            c =>
            {
                BaselineSql.Observe(c, cameraId, observation, hour, cells, now, _maxFrames);
                return true;
            },
            cancellationToken)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<CameraBaseline> GetAsync(string cameraId, CancellationToken cancellationToken)
    {
        InputRules.CheckCamera(cameraId);
        return WrapAsync(() => _database.ReadAsync(c => BaselineSql.Read(c, cameraId), cancellationToken));
    }

    /// <summary>Finishes what is queued and closes the file.</summary>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static async Task<T> WrapAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new AnalysisException($"baseline: {e.Message}", isTransient: true, e);
        }
    }
}

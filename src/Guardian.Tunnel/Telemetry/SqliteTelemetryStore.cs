using System.Data;
using Dapper;
using Google.Protobuf;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>
/// Telemetry in one SQLite file. A sample and the note that its minute must be computed are one transaction; computing a bucket and the note that the next larger one must be computed are
/// another. So whatever a killed process had not computed, the next one does, and nothing is counted twice.
/// </summary>
public sealed partial class SqliteTelemetryStore : ITelemetryStore, IAsyncDisposable
{
    /// <summary>The file's name in <see cref="TunnelOptions.Directory"/>.</summary>
    public const string FileName = "telemetry.db";

    /// <summary>Cameras with telemetry at the most, over all edges; one whose telemetry has all gone does not count.</summary>
    public const int MaxCameras = 100_000;

    private readonly TunnelDatabase _database;
    private readonly TelemetryOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Opens or creates the store.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="options">How long to keep what.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="ArgumentException">The options are not sound; the message names every key.</exception>
    /// <exception cref="TunnelException">The file cannot be opened, or a newer program wrote it.</exception>
    public SqliteTelemetryStore(string path, TelemetryOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options;
        _time = timeProvider ?? TimeProvider.System;
        _database = new TunnelDatabase(path, TelemetrySchema.Migrations, "telemetry");
    }

    /// <inheritdoc/>
    public Task<AppendOutcome> AppendAsync(TelemetrySample sample, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return _database.WriteAsync(c => Append(c, sample), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TelemetryPoint>> QueryAsync(TelemetryQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Check();
        (SeriesKind kind, string name) = query.Edge is { } edge ? (SeriesKind.Edge, edge.ToString()) : (SeriesKind.Camera, query.CameraId!);
        TelemetryMetric[] metrics = query.Metrics.Count == 0 ? [.. MetricColumns.Of(kind)] : [.. query.Metrics.Distinct()];
        if (metrics.FirstOrDefault(m => !MetricColumns.Of(kind).Contains(m)) is var alien && alien != default)
        {
            throw new ArgumentException($"metrics: {MetricColumns.NameOf(alien)} is none of a{(kind == SeriesKind.Edge ? "n edge's" : " camera's")}");
        }

        return _database.ReadAsync<IReadOnlyList<TelemetryPoint>>(c => Read(c, kind, name, metrics, query), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<NewestTelemetry>> ListNewestAsync(CancellationToken cancellationToken) => _database.ReadAsync(c => Newest(c, null), cancellationToken);

    /// <inheritdoc/>
    public async Task<NewestTelemetry?> GetNewestAsync(EdgeId edge, CancellationToken cancellationToken) =>
        (await _database.ReadAsync(c => Newest(c, edge), cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static AppendOutcome Append(SqliteConnection connection, TelemetrySample sample)
    {
        long at = TelemetryTime.ToSeconds(sample.At);
        if (at < connection.ExecuteScalar<long>("SELECT at FROM horizons WHERE level = 0"))
        {
            return AppendOutcome.TooOld;
        }

        long edge = SeriesOf(connection, SeriesKind.Edge, sample.Edge.ToString());
        if (!Insert(connection, SeriesKind.Edge, edge, at, m => sample.Values.TryGetValue(m, out double value) ? value : null))
        {
            return AppendOutcome.Duplicate;
        }

        bool isNewest = connection.Execute(
            """
            INSERT INTO newest (series_id, at, received_at, data) VALUES (@Series, @At, @ReceivedAt, @Data)
            ON CONFLICT (series_id) DO UPDATE SET at = excluded.at, received_at = excluded.received_at, data = excluded.data
                -- What is ahead of the node's clock must not hold its place once the edge's clock is set right.
                WHERE excluded.at >= newest.at OR newest.at > excluded.received_at / 1000000
            """,
            new { Series = edge, At = at, ReceivedAt = SqlTime.ToSql(sample.ReceivedAt), Data = sample.Data.ToByteArray() }) == 1;
        foreach (CameraSample camera in sample.Cameras)
        {
            long series = SeriesOf(connection, SeriesKind.Camera, camera.CameraId);
            Insert(connection, SeriesKind.Camera, series, at, m => ValueOf(camera, m, sample.At));
            if (isNewest)
            {
                SetState(connection, series, sample.Edge, camera, at);
            }
        }

        return AppendOutcome.Stored;
    }

    private static double? ValueOf(CameraSample camera, TelemetryMetric metric, DateTimeOffset at) => metric == TelemetryMetric.CameraOnline
        ? camera.IsOnline ? 1 : 0
        : camera.LastSeenAt is { } seen ? Math.Max(0, (at - seen).TotalSeconds) : null;

    /// <returns>False when there is a sample of this second.</returns>
    private static bool Insert(SqliteConnection connection, SeriesKind kind, long series, long at, Func<TelemetryMetric, double?> valueOf)
    {
        var parameters = new DynamicParameters();
        parameters.Add("Series", series);
        parameters.Add("At", at);
        foreach (TelemetryMetric metric in MetricColumns.Of(kind))
        {
            parameters.Add(MetricColumns.NameOf(metric), valueOf(metric));
        }

        if (connection.Execute(TelemetryStatements.For(kind).InsertSample, parameters) == 0)
        {
            return false;
        }

        Await(connection, TelemetryResolution.Minute, series, at);
        return true;
    }

    /// <summary>Notes that a bucket must be computed.</summary>
    private static void Await(SqliteConnection connection, TelemetryResolution level, long series, long at) => connection.Execute(
        "INSERT OR IGNORE INTO pending (level, start, series_id) VALUES (@Level, @Start, @Series)",
        new { Level = (int)level, Start = TelemetryTime.Floor(at, level), Series = series });

    /// <summary>When its edge's newest word of a camera is another one than before, it holds from now on.</summary>
    private static void SetState(SqliteConnection connection, long series, EdgeId edge, CameraSample camera, long at) => connection.Execute(
        """
        INSERT INTO camera_states (series_id, edge_id, online, since) VALUES (@Series, @Edge, @Online, @At)
        ON CONFLICT (series_id) DO UPDATE SET edge_id = excluded.edge_id, online = excluded.online, since = excluded.since
            WHERE edge_id <> excluded.edge_id OR online <> excluded.online
        """,
        new { Series = series, Edge = edge.ToString(), Online = camera.IsOnline, At = at });

    private static long SeriesOf(SqliteConnection connection, SeriesKind kind, string name)
    {
        var key = new { Kind = (int)kind, Name = name };
        if (FindSeries(connection, kind, name) is { } known)
        {
            return known;
        }

        if (kind == SeriesKind.Camera && connection.ExecuteScalar<long>("SELECT COUNT(*) FROM series WHERE kind = @Kind", key) >= MaxCameras)
        {
            throw new TunnelException($"telemetry: there are {MaxCameras} cameras, which is the limit");
        }

        return connection.ExecuteScalar<long>("INSERT INTO series (kind, name) VALUES (@Kind, @Name) RETURNING id", key);
    }

    private static long? FindSeries(SqliteConnection connection, SeriesKind kind, string name) =>
        connection.ExecuteScalar<long?>("SELECT id FROM series WHERE kind = @Kind AND name = @Name", new { Kind = (int)kind, Name = name });

    private static List<TelemetryPoint> Read(SqliteConnection connection, SeriesKind kind, string name, TelemetryMetric[] metrics, TelemetryQuery query)
    {
        var points = new List<TelemetryPoint>();
        if (FindSeries(connection, kind, name) is not { } series)
        {
            return points;
        }

        long from = TelemetryTime.Floor(TelemetryTime.ToSeconds(query.From), query.Resolution), to = (long)Math.Ceiling((query.To - DateTimeOffset.UnixEpoch).TotalSeconds);
        using IDataReader reader = connection.ExecuteReader(
            TelemetryStatements.For(kind).Select(query.Resolution, metrics),
            new { Level = (int)query.Resolution, Series = series, From = from, To = to, Limit = TelemetryQuery.MaxPoints + 1 });
        while (reader.Read())
        {
            points.Add(new TelemetryPoint(TelemetryTime.FromSeconds(reader.GetInt64(0)), Summaries(reader, metrics)));
        }

        return query.Resolution == TelemetryResolution.Raw && points.Count > TelemetryQuery.MaxPoints
            ? throw new ArgumentException($"from, to: there are more than {TelemetryQuery.MaxPoints} samples, which is the limit; ask for less time or for minutes")
            : points;
    }

    private static Dictionary<TelemetryMetric, MetricSummary> Summaries(IDataReader reader, TelemetryMetric[] metrics)
    {
        var values = new Dictionary<TelemetryMetric, MetricSummary>(metrics.Length);
        for (int i = 0, column = 1; i < metrics.Length; i++, column += 5)
        {
            if (reader.GetInt64(column) is > 0 and var count)
            {
                values[metrics[i]] = new MetricSummary(count, reader.GetDouble(column + 1), reader.GetDouble(column + 2), reader.GetDouble(column + 3), reader.GetDouble(column + 4));
            }
        }

        return values;
    }

    private static IReadOnlyList<NewestTelemetry> Newest(SqliteConnection connection, EdgeId? edge)
    {
        var key = new { Edge = edge?.ToString() };
        ILookup<string, CameraOutage> outages = connection.Query<OutageRow>(
            $"""
            SELECT edge_id, name, since FROM camera_states JOIN series ON series.id = series_id
            WHERE online = 0 {(edge is null ? "" : "AND edge_id = @Edge")}
            """,
            key).ToLookup(r => r.edge_id, r => new CameraOutage(r.name, TelemetryTime.FromSeconds(r.since)), StringComparer.Ordinal);
        return [.. connection.Query<NewestRow>(
            $"SELECT name, received_at, data FROM newest JOIN series ON series.id = series_id {(edge is null ? "" : "WHERE kind = 1 AND name = @Edge")} ORDER BY name", key)
            .Select(r => new { Sample = r.ToSample(), Outages = outages[r.name] })
            .Select(n => new NewestTelemetry(n.Sample, [.. n.Outages.Where(o => n.Sample.Cameras.Any(c => c.CameraId == o.CameraId && !c.IsOnline))]))];
    }
}

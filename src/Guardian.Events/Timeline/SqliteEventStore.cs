using System.Text.Json;
using Dapper;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Events;

/// <summary>
/// The timeline in one SQLite file. Appends of many callers share an fsync (group commit). One process writes; others may read.
/// </summary>
public sealed class SqliteEventStore : IEventStore, IAsyncDisposable
{
    private const int MaxAppend = 1000, MaxLease = 100, MaxAlerts = 500, MaxErase = 200;

    private readonly EventStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly SqliteDatabase _database;

    /// <summary>Opens or creates the file and brings its schema up to date.</summary>
    /// <exception cref="ArgumentException">The options are not sound; the message names every key.</exception>
    /// <exception cref="EventsException">The file cannot be opened, or a newer program wrote it.</exception>
    public SqliteEventStore(EventStoreOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options;
        _time = timeProvider ?? TimeProvider.System;
        try
        {
            _database = new SqliteDatabase(options.DatabasePath, EventSchema.Migrations);
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException or IOException)
        {
            throw new EventsException($"timeline: {e.Message}", innerException: e);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(events.Count, 1, nameof(events));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(events.Count, MaxAppend, nameof(events));
        DateTimeOffset now = _time.GetUtcNow();
        EventRefusal?[] refusals = [.. events.Select(e => IncomingEventRules.Check(e, now))];
        IReadOnlyList<AppendResult> results = await WriteAsync(
            c => events.Select((e, i) => refusals[i] is { } refusal ? new AppendResult(e.Id, AppendStatus.Refused, refusal) : Insert(c, e, now)).ToList(),
            cancellationToken).ConfigureAwait(false);
        GuardianEventsTelemetry.Appended(results);
        return results;
    }

    /// <inheritdoc/>
    public Task<StoredEvent?> GetAsync(EventId id, CancellationToken cancellationToken) => ReadAsync(
        c => c.QuerySingleOrDefault<EventRow>($"SELECT {EventRow.Columns} FROM events WHERE id = @Id", new { Id = id.ToString() })?.ToEvent(), cancellationToken);

    /// <inheritdoc/>
    public Task<EventPage> ListAsync(EventQuery query, CancellationToken cancellationToken)
    {
        if (query.Limit is < 1 or > EventQuery.MaxLimit)
        {
            throw new ArgumentException($"limit: it must be from 1 to {EventQuery.MaxLimit}", nameof(query));
        }

        (string sql, DynamicParameters parameters) = EventListing.Build(query);
        return ReadAsync(
            c =>
            {
                // One row more than asked tells whether there is a next page.
                List<EventRow> rows = [.. c.Query<EventRow>(sql, parameters)];
                bool more = rows.Count > query.Limit;
                if (more)
                {
                    rows.RemoveAt(query.Limit);
                }

                return new EventPage([.. rows.Select(r => r.ToEvent())], more ? EventCursor.Encode(rows[^1].occurred_at, Guid.Parse(rows[^1].id)) : null);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<EventLease>> LeaseAsync(EventStage stage, int limit, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLease);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        if (stage is not (EventStage.Pending or EventStage.Analysed))
        {
            throw new ArgumentOutOfRangeException(nameof(stage), stage, "only pending and analysed events have work to be done");
        }

        Guid token = Guid.NewGuid();
        DateTimeOffset now = _time.GetUtcNow();
        return WriteAsync<IReadOnlyList<EventLease>>(
            c =>
            {
                List<EventRow> rows = [.. c.Query<EventRow>(
                    $"""
                    UPDATE events SET lease_token = @Token, due_at = @Until, attempts = attempts + 1
                    WHERE id IN (SELECT id FROM events WHERE stage = @Stage AND due_at <= @Now ORDER BY due_at, received_at LIMIT @Limit)
                    RETURNING {EventRow.Columns}
                    """,
                    new { Token = token.ToString(), Stage = (int)stage, Now = SqlTime.ToSql(now), Until = SqlTime.ToSql(now + duration), Limit = limit })];
                return [.. rows.OrderBy(r => r.received_at).Select(r => new EventLease(r.ToEvent(), Frames(c, r.id), token, (int)r.attempts))];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> SaveVerdictAsync(EventLease lease, Verdict verdict, CancellationToken cancellationToken)
    {
        if (verdict.Score is not (>= 0 and <= 100) || verdict.AnomalyType.Length is 0 or > 64)
        {
            throw new ArgumentException("verdict: a score from 0 to 100 and an anomaly type of 1 to 64 characters are needed", nameof(verdict));
        }

        return WriteAsync(
            c =>
            {
                bool held = Advance(c, lease, EventStage.Pending, EventStage.Analysed, "severity = @Severity, verdict = @Verdict", new
                {
                    Severity = (int)verdict.Severity,
                    Verdict = JsonSerializer.Serialize(verdict, EventJson.Default.Verdict),
                });
                if (held && verdict.Severity >= _options.AlertSeverity)
                {
                    RaiseAlert(c, lease.Event, verdict);
                }

                return held;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> ReleaseAsync(EventLease lease, CancellationToken cancellationToken) => WriteAsync(
        c =>
        {
            bool held = Advance(c, lease, EventStage.Analysed, EventStage.Released, "last_error = NULL", null);
            if (held)
            {
                c.Execute("DELETE FROM event_frames WHERE event_id = @Id", new { Id = lease.Event.Id.ToString() });
            }

            return held;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> PostponeAsync(EventLease lease, TimeSpan wait, string error, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute(
            "UPDATE events SET lease_token = NULL, due_at = @Due, last_error = @Error WHERE id = @Id AND lease_token = @Token",
            new { Id = lease.Event.Id.ToString(), Token = lease.Token.ToString(), Due = SqlTime.ToSql(_time.GetUtcNow() + wait), Error = error }) == 1,
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Alert>> ListAlertsAsync(bool openOnly, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxAlerts);
        return ReadAsync<IReadOnlyList<Alert>>(
            c => [.. c.Query<AlertRow>(
                $"SELECT {AlertRow.Columns} FROM alerts {(openOnly ? "WHERE acknowledged_at IS NULL" : "")} ORDER BY id DESC LIMIT @Limit", new { Limit = limit }).Select(r => r.ToAlert())],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> AcknowledgeAlertAsync(long alertId, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute("UPDATE alerts SET acknowledged_at = COALESCE(acknowledged_at, @Now) WHERE id = @Id", new { Id = alertId, Now = SqlTime.ToSql(_time.GetUtcNow()) }) == 1,
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> EraseAsync(EventId id, CancellationToken cancellationToken) => WriteAsync(c => Erase(c, id.ToString()), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EventId>> EraseCameraAsync(CameraId camera, IReadOnlyCollection<EventId> except, CancellationToken cancellationToken)
    {
        HashSet<string> kept = [.. except.Select(e => e.ToString())];
        List<string> all = await ReadAsync(c => c.Query<string>("SELECT id FROM events WHERE camera_id = @Camera", new { Camera = camera.ToString() }).AsList(), cancellationToken).ConfigureAwait(false);
        var erased = new List<EventId>();
        foreach (string[] batch in all.Where(id => !kept.Contains(id)).Chunk(MaxErase))
        {
            erased.AddRange(await WriteAsync(c => batch.Where(id => Erase(c, id)).Select(id => new EventId(Guid.Parse(id))).ToList(), cancellationToken).ConfigureAwait(false));
        }

        return erased;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static bool Erase(SqliteConnection connection, string id)
    {
        var key = new { Id = id };
        connection.Execute("INSERT INTO erased_events (id, edge_id) SELECT id, edge_id FROM events WHERE id = @Id ON CONFLICT (id) DO NOTHING", key);
        connection.Execute("DELETE FROM event_frames WHERE event_id = @Id", key);
        connection.Execute("DELETE FROM alerts WHERE event_id = @Id", key);
        return connection.Execute("DELETE FROM events WHERE id = @Id", key) == 1;
    }

    private static AppendResult Insert(SqliteConnection connection, IncomingEvent e, DateTimeOffset now)
    {
        if (connection.ExecuteScalar<string?>("SELECT edge_id FROM erased_events WHERE id = @Id", new { Id = e.Id.ToString() }) is { } former)
        {
            return Known(e, former);
        }

        var details = new EventDetails(e.ModelId, e.AnomalyScore, e.AnomalyThreshold, e.Detections, e.Metadata);
        int inserted = connection.Execute(
            """
            INSERT INTO events (id, camera_id, edge_id, type, occurred_at, received_at, confidence, details, frame_count, stage)
            VALUES (@Id, @CameraId, @EdgeId, @Type, @OccurredAt, @ReceivedAt, @Confidence, @Details, @FrameCount, @Stage)
            ON CONFLICT (id) DO NOTHING
            """,
            new
            {
                Id = e.Id.ToString(),
                CameraId = e.CameraId.ToString(),
                e.EdgeId,
                e.Type,
                OccurredAt = SqlTime.ToSql(e.OccurredAt),
                ReceivedAt = SqlTime.ToSql(now),
                e.Confidence,
                Details = JsonSerializer.Serialize(details, EventJson.Default.EventDetails),
                FrameCount = e.Frames.Count,
                Stage = (int)EventStage.Pending,
            });
        if (inserted == 0)
        {
            return Known(e, connection.ExecuteScalar<string>("SELECT edge_id FROM events WHERE id = @Id", new { Id = e.Id.ToString() })!);
        }

        for (int i = 0; i < e.Frames.Count; i++)
        {
            connection.Execute(
                "INSERT INTO event_frames (event_id, number, captured_at, jpeg) VALUES (@Id, @Number, @CapturedAt, @Jpeg)",
                new { Id = e.Id.ToString(), Number = i + 1, CapturedAt = SqlTime.ToSql(e.Frames[i].CapturedAt), Jpeg = e.Frames[i].Jpeg.ToArray() });
        }

        return new AppendResult(e.Id, AppendStatus.Stored);
    }

    /// <summary>An id is the edge's own: another edge that comes with it must not be told that its event is safe.</summary>
    private static AppendResult Known(IncomingEvent e, string owner) => owner == e.EdgeId
        ? new AppendResult(e.Id, AppendStatus.Duplicate)
        : new AppendResult(e.Id, AppendStatus.Refused, new EventRefusal("id", "an event of another edge has this id"));

    private static List<EventFrame> Frames(SqliteConnection connection, string eventId) =>
        [.. connection.Query<(byte[] Jpeg, long CapturedAt)>("SELECT jpeg, captured_at FROM event_frames WHERE event_id = @Id ORDER BY number", new { Id = eventId })
            .Select(f => new EventFrame(f.Jpeg, SqlTime.FromSql(f.CapturedAt)))];

    /// <summary>Moves an event to its next stage if the lease still holds; the next step starts with fresh attempts.</summary>
    private static bool Advance(SqliteConnection connection, EventLease lease, EventStage from, EventStage to, string set, object? values)
    {
        var parameters = new DynamicParameters(values);
        parameters.Add("Id", lease.Event.Id.ToString());
        parameters.Add("Token", lease.Token.ToString());
        parameters.Add("From", (int)from);
        parameters.Add("To", (int)to);
        return connection.Execute(
            $"UPDATE events SET stage = @To, lease_token = NULL, due_at = 0, attempts = 0, {set} WHERE id = @Id AND lease_token = @Token AND stage = @From", parameters) == 1;
    }

    private void RaiseAlert(SqliteConnection connection, StoredEvent e, Verdict verdict) => connection.Execute(
        """
        INSERT INTO alerts (event_id, camera_id, severity, anomaly_type, summary, raised_at)
        VALUES (@EventId, @CameraId, @Severity, @AnomalyType, @Summary, @RaisedAt) ON CONFLICT (event_id) DO NOTHING
        """,
        new
        {
            EventId = e.Id.ToString(),
            CameraId = e.CameraId.ToString(),
            Severity = (int)verdict.Severity,
            verdict.AnomalyType,
            Summary = verdict.Reasons.Count > 0 ? verdict.Reasons[0].Text : verdict.AnomalyType,
            RaisedAt = SqlTime.ToSql(_time.GetUtcNow()),
        });

    private async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new EventsException($"timeline: {e.Message}", isTransient: true, e);
        }
    }

    private async Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.ReadAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new EventsException($"timeline: {e.Message}", isTransient: true, e);
        }
    }
}

using Dapper;
using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>
/// What an archive holds, and what its operator decides about it: searches, quotas, legal holds, erasures. It needs the index only, so a program beside the running node can use it; the node acts on what it finds there
/// within seconds. Safe for use by many threads.
/// </summary>
public sealed class ArchiveRegister : IAsyncDisposable
{
    private readonly StorageDatabase _database;
    private readonly SealedArchiveOptions _options;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly UsageLedger _ledger;
    private readonly HoldDirectory _holds;
    private readonly DeletionQueue _deletions;
    private readonly bool _ownsDatabase;

    /// <summary>Opens the index of an archive, which another process may be running.</summary>
    /// <param name="options">The archive's options.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="StorageException">The index cannot be opened.</exception>
    public ArchiveRegister(SealedArchiveOptions options, TimeProvider? timeProvider = null)
        : this(StorageDatabase.Open(options), options, timeProvider ?? TimeProvider.System, changed: static () => { }) => _ownsDatabase = true;

    internal ArchiveRegister(StorageDatabase database, SealedArchiveOptions options, TimeProvider time, Action changed)
    {
        _database = database;
        _options = options;
        _time = time;
        _changed = changed;
        _ledger = new UsageLedger(options, database.Dialect);
        _holds = new HoldDirectory(database, time);
        _deletions = new DeletionQueue(database, time);
    }

    /// <summary>What the index holds of an object.</summary>
    /// <returns>Null when it never arrived, or is gone.</returns>
    public async Task<SealedObjectInfo?> GetAsync(SealedObjectId id, CancellationToken cancellationToken) =>
        await _database.ReadAsync(c => SealedObjectIndex.Get(c, id), cancellationToken).ConfigureAwait(false) is { } info ? WithExpiry(info) : null;

    /// <summary>Everything of one event, by name.</summary>
    public async Task<IReadOnlyList<SealedObjectInfo>> ListForEventAsync(Guid eventId, CancellationToken cancellationToken) =>
    [
        .. (await ReadAsync($"SELECT {ObjectRow.Columns} FROM objects WHERE event_id = @EventId ORDER BY name", new { EventId = eventId.ToString() }, cancellationToken).ConfigureAwait(false)).Select(WithExpiry),
    ];

    /// <summary>Looks through the index, newest first.</summary>
    /// <exception cref="ArgumentException">The limit or the cursor is not sound.</exception>
    /// <exception cref="StorageException">The index failed.</exception>
    public async Task<IndexPage> QueryAsync(IndexQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit is < 1 or > IndexQuery.MaxLimit)
        {
            throw new ArgumentException($"limit: 1 to {IndexQuery.MaxLimit} are allowed", nameof(query));
        }

        IReadOnlyList<SealedObjectInfo> found = await QueryAsync(query, query.Cursor is { } cursor ? IndexCursor.Parse(cursor) : null, cancellationToken).ConfigureAwait(false);
        return found.Count > query.Limit
            ? new IndexPage([.. found.Take(query.Limit).Select(WithExpiry)], IndexCursor.Of(found[query.Limit - 1]).ToString())
            : new IndexPage([.. found.Select(WithExpiry)], null);
    }

    /// <summary>What is on its way: the archived objects are not counted, so this is quick however many there are.</summary>
    public Task<ArchiveBacklog> GetBacklogAsync(CancellationToken cancellationToken) => _database.ReadAsync(
        c =>
        {
            Dictionary<SealedObjectStatus, (long Objects, long Bytes)> counts = c.Query<(long Status, long Objects, long Bytes)>(
                $"""
                SELECT status, COUNT(*), CAST(SUM(size) AS BIGINT) FROM objects
                WHERE status IN ({(int)SealedObjectStatus.Receiving}, {(int)SealedObjectStatus.Pending}, {(int)SealedObjectStatus.Uploading}, {(int)SealedObjectStatus.Deleting}, {(int)SealedObjectStatus.Failed})
                GROUP BY status
                """).ToDictionary(r => (SealedObjectStatus)r.Status, r => (r.Objects, r.Bytes));
            (long Objects, long Bytes) Of(SealedObjectStatus status) => counts.GetValueOrDefault(status);
            (long Objects, long Bytes) pending = Of(SealedObjectStatus.Pending), uploading = Of(SealedObjectStatus.Uploading);
            return new ArchiveBacklog(
                Of(SealedObjectStatus.Receiving).Objects, pending.Objects + uploading.Objects, pending.Bytes + uploading.Bytes, Of(SealedObjectStatus.Deleting).Objects, Of(SealedObjectStatus.Failed).Objects);
        },
        cancellationToken);

    /// <summary>What every camera uses, and first, without a camera id, what all of them do.</summary>
    public Task<IReadOnlyList<CameraUsage>> GetUsageAsync(CancellationToken cancellationToken) => _database.ReadAsync(_ledger.List, cancellationToken);

    /// <summary>Says how much an event matters, by which retention keeps its objects; those that arrive later take after them.</summary>
    public Task SetSeverityAsync(Guid eventId, ObjectSeverity severity, CancellationToken cancellationToken) => _database.WriteAsync(
        c => c.Execute("UPDATE objects SET severity = @Severity WHERE event_id = @EventId", new { Severity = (long)severity, EventId = eventId.ToString() }), cancellationToken);

    /// <summary>Places a legal hold. It also protects what is yet to come; what is being deleted already goes.</summary>
    /// <param name="kind">What to protect.</param>
    /// <param name="target">The event's id, or the camera's: 1 to 128 characters.</param>
    /// <param name="reason">Why: 1 to 500 characters.</param>
    /// <param name="actor">Who: 1 to 200 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is one already; it stays as it is.</returns>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public Task<bool> PlaceHoldAsync(HoldKind kind, string target, string reason, string actor, CancellationToken cancellationToken)
    {
        Check(reason, actor);
        return _holds.PlaceAsync(new LegalHold(kind, HoldTarget(kind, target), reason, actor, _time.GetUtcNow()), cancellationToken);
    }

    /// <summary>Lifts a legal hold.</summary>
    /// <returns>False when there was none.</returns>
    /// <inheritdoc cref="PlaceHoldAsync" path="/param"/>
    /// <inheritdoc cref="PlaceHoldAsync" path="/exception"/>
    public Task<bool> LiftHoldAsync(HoldKind kind, string target, string reason, string actor, CancellationToken cancellationToken)
    {
        Check(reason, actor);
        return _holds.LiftAsync(kind, HoldTarget(kind, target), reason, actor, cancellationToken);
    }

    /// <summary>The legal holds that stand, oldest first.</summary>
    public Task<IReadOnlyList<LegalHold>> ListHoldsAsync(CancellationToken cancellationToken) => _holds.ListAsync(cancellationToken);

    /// <summary>
    /// Erases everything of an event, unless a legal hold protects any of it: then nothing goes. The objects are no longer given out when this returns; they are gone from spool and archive once the index has none of them. An edge that
    /// sends the event's clip again is refused.
    /// </summary>
    /// <param name="eventId">The event.</param>
    /// <param name="reason">Why: 1 to 500 characters.</param>
    /// <param name="actor">Who: 1 to 200 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public async Task<EraseResult> EraseEventAsync(Guid eventId, string reason, string actor, CancellationToken cancellationToken)
    {
        Check(reason, actor);
        EraseResult result = await _deletions.EraseEventAsync(eventId, actor, reason, cancellationToken).ConfigureAwait(false);
        _changed();
        return result;
    }

    /// <summary>Erases everything of a camera but what a legal hold protects. What arrives later is kept.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="reason">Why: 1 to 500 characters.</param>
    /// <param name="actor">Who: 1 to 200 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public async Task<EraseResult> EraseCameraAsync(string cameraId, string reason, string actor, CancellationToken cancellationToken)
    {
        Check(reason, actor);
        EraseResult result = await _deletions.EraseCameraAsync(HoldTarget(HoldKind.Camera, cameraId), actor, reason, cancellationToken).ConfigureAwait(false);
        _changed();
        return result;
    }

    /// <summary>Has what could not be archived, and was given up, tried again.</summary>
    /// <returns>How many objects.</returns>
    public async Task<int> RetryFailedAsync(CancellationToken cancellationToken)
    {
        int due = await _database.WriteAsync(
            c => c.Execute($"UPDATE objects SET status = {(int)SealedObjectStatus.Pending}, next_attempt_at = 0 WHERE status = {(int)SealedObjectStatus.Failed} AND archived_at IS NULL"),
            cancellationToken).ConfigureAwait(false);
        _changed();
        return due;
    }

    /// <summary>Closes what the constructor opened.</summary>
    public ValueTask DisposeAsync() => _ownsDatabase ? _database.DisposeAsync() : ValueTask.CompletedTask;

    private static void Check(string reason, string actor)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 500 || reason.Any(char.IsControl))
        {
            throw new ArgumentException("reason: 1 to 500 characters are needed, none of them a control character", nameof(reason));
        }

        if (string.IsNullOrWhiteSpace(actor) || actor.Length > 200 || actor.Any(char.IsControl))
        {
            throw new ArgumentException("actor: 1 to 200 characters are needed, none of them a control character", nameof(actor));
        }
    }

    private static string HoldTarget(HoldKind kind, string target) => kind switch
    {
        HoldKind.Event => Guid.TryParse(target, out Guid id) && id != Guid.Empty ? id.ToString() : throw new ArgumentException("target: an event's id is needed", nameof(target)),
        HoldKind.Camera when target.Length is >= 1 and <= 128 => target,
        HoldKind.Camera => throw new ArgumentException("target: a camera id of 1 to 128 characters is needed", nameof(target)),
        _ => throw new ArgumentException("kind: event or camera is needed", nameof(kind)),
    };

    private SealedObjectInfo WithExpiry(SealedObjectInfo info) =>
        _options.RetentionOf(info.CameraId).Of(info.Severity) is { } kept ? info with { ExpiresAt = info.CreatedAt + kept } : info;

    private Task<IReadOnlyList<SealedObjectInfo>> QueryAsync(IndexQuery query, IndexCursor? after, CancellationToken cancellationToken)
    {
        var where = new List<string>();
        void Where(bool given, string condition)
        {
            if (given)
            {
                where.Add(condition);
            }
        }

        Where(query.CameraId is not null, "camera_id = @CameraId");
        Where(query.EventId is not null, "event_id = @EventId");
        Where(query.Status is not null, "status = @Status");
        Where(query.From is not null, "created_at >= @From");
        Where(query.Until is not null, "created_at < @Until");
        Where(after is not null, "(created_at, event_id, name) < (@At, @AfterEvent, @AfterName)");
        return ReadAsync(
            $"SELECT {ObjectRow.Columns} FROM objects {(where.Count == 0 ? "" : $"WHERE {string.Join(" AND ", where)}")} ORDER BY created_at DESC, event_id DESC, name DESC LIMIT @Limit",
            new
            {
                query.CameraId,
                EventId = query.EventId?.ToString(),
                Status = (long?)query.Status,
                From = query.From is { } from ? SqlTime.ToSql(from) : (long?)null,
                Until = query.Until is { } until ? SqlTime.ToSql(until) : (long?)null,
                At = after?.CreatedAt,
                AfterEvent = after?.EventId.ToString(),
                AfterName = after?.Name,
                Limit = query.Limit + 1,
            },
            cancellationToken);
    }

    private Task<IReadOnlyList<SealedObjectInfo>> ReadAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        _database.ReadAsync(c => SealedObjectIndex.Read(c, sql, parameters), cancellationToken);
}

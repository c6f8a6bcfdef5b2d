using System.Data.Common;
using Dapper;
using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>The rows that say which objects there are and where each stands. What a row says is true after a crash; a file without a row is litter.</summary>
/// <param name="database">Where the rows are.</param>
/// <param name="holder">The spool of this process: rows of other nodes' spools are left alone.</param>
/// <param name="ledger">What the objects weigh on the quota.</param>
internal sealed class SealedObjectIndex(StorageDatabase database, string holder, UsageLedger ledger)
{
    private const string ById = "WHERE event_id = @EventId AND name = @Name";

    /// <summary>An upload's own row: another node may have taken the object over.</summary>
    private const string ByUpload = "WHERE event_id = @EventId AND name = @Name AND status = 1 AND holder = @Holder";

    public Task<SealedObjectInfo?> GetAsync(SealedObjectId id, CancellationToken cancellationToken) => database.ReadAsync(c => Get(c, id), cancellationToken);

    /// <summary>What only this process's spool has.</summary>
    public Task<IReadOnlyList<SealedObjectInfo>> ListSpooledAsync(CancellationToken cancellationToken) => QueryAsync(
        $"SELECT {ObjectRow.Columns} FROM objects WHERE status IN ({(int)SealedObjectStatus.Receiving}, {(int)SealedObjectStatus.Pending}, {(int)SealedObjectStatus.Uploading}, {(int)SealedObjectStatus.Failed}) AND archived_at IS NULL AND holder = @Holder",
        new { Holder = holder },
        cancellationToken);

    /// <summary>Begins an object: its row, and its weight on the quota. Both stay until it is removed.</summary>
    /// <returns>Null, or why it may not begin.</returns>
    public Task<UploadRefusal?> BeginAsync(SealedObjectId id, string cameraId, DateTimeOffset createdAt, DateTimeOffset now, long reserve, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            database.LockEvent(c, id.EventId);
            if (IsErased(c, id.EventId))
            {
                return new UploadRefusal(UploadRefusalReason.Erased, "event_id: the event was erased");
            }

            if (ledger.Refuse(c, cameraId, reserve, 1) is { } refusal)
            {
                return refusal;
            }

            bool begun = c.Execute(
                """
                INSERT INTO objects (event_id, name, camera_id, status, size, content_type, created_at, updated_at, reserved, holder, bucket, severity)
                SELECT @EventId, @Name, @CameraId, @Status, 0, '', @CreatedAt, @Now, @Reserved, @Holder, @Bucket, COALESCE(MAX(severity), 0) FROM objects WHERE event_id = @EventId
                ON CONFLICT (event_id, name) DO NOTHING
                """,
                new
                {
                    EventId = id.EventId.ToString(),
                    id.Name,
                    CameraId = cameraId,
                    Status = (long)SealedObjectStatus.Receiving,
                    CreatedAt = SqlTime.ToSql(createdAt),
                    Now = SqlTime.ToSql(now),
                    Reserved = reserve,
                    Holder = holder,
                    Bucket = BucketName.ForCamera(cameraId).ToString(),
                }) > 0;
            if (!begun)
            {
                return new UploadRefusal(UploadRefusalReason.AlreadyUploading, $"{id} is being uploaded through another node");
            }

            UsageLedger.Charge(c, cameraId, reserve, 1);
            return null;
        },
        cancellationToken);

    /// <summary>Lets an upload grow past what was reserved for it.</summary>
    public Task<UploadRefusal?> GrowAsync(SealedObjectId id, string cameraId, long bytes, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            if (ledger.Refuse(c, cameraId, bytes, 0) is { } refusal)
            {
                return refusal;
            }

            if (c.Execute($"UPDATE objects SET reserved = reserved + @Bytes {ByUpload}", new { Bytes = bytes, EventId = id.EventId.ToString(), id.Name, Holder = holder }) == 0)
            {
                return Gone(c, id);
            }

            UsageLedger.Charge(c, cameraId, bytes, 0);
            return null;
        },
        cancellationToken);

    /// <summary>Records an upload's durable bytes.</summary>
    /// <returns>Null, or that the object was erased meanwhile.</returns>
    public Task<UploadRefusal?> CheckpointAsync(SealedObjectInfo info, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        c => c.Execute(
            $"UPDATE objects SET size = @Size, content_type = @ContentType, updated_at = @Now {ByUpload}",
            new { info.Size, info.ContentType, Now = SqlTime.ToSql(now), EventId = info.Id.EventId.ToString(), info.Id.Name, Holder = holder }) == 0 ? Gone(c, info.Id) : null,
        cancellationToken);

    /// <summary>The object is whole and durable: from here on it is acknowledged, and driven by its row.</summary>
    public Task<UploadRefusal?> AcceptAsync(SealedObjectInfo info, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            long? reserved = c.ExecuteScalar<long?>($"SELECT reserved FROM objects {ByUpload} {database.Dialect.ForUpdate}", Upload(info.Id));
            if (reserved is null)
            {
                return Gone(c, info.Id);
            }

            c.Execute(
                $"""
                UPDATE objects SET status = {(int)SealedObjectStatus.Pending}, size = @Size, reserved = @Size, sha256 = @Sha256, content_type = @ContentType, updated_at = @Now, cid = @Cid, format_version = @FormatVersion,
                    recipients = @Recipients
                {ById}
                """,
                new
                {
                    EventId = info.Id.EventId.ToString(),
                    info.Id.Name,
                    info.Size,
                    Sha256 = info.Sha256.ToArray(),
                    info.ContentType,
                    Now = SqlTime.ToSql(now),
                    info.Cid,
                    FormatVersion = (long)info.FormatVersion,
                    Recipients = string.Join(',', info.Recipients),
                });
            UsageLedger.Charge(c, info.CameraId, info.Size - reserved.Value, 0);
            ObjectEvidence.Append(c, EvidenceKind.Acceptance, "accepted", now, info);
            return null;
        },
        cancellationToken);

    /// <summary>Forgets an object of this spool that was never acknowledged.</summary>
    /// <returns>Whether no row speaks of the spool's file any more: only then may that go.</returns>
    public Task<bool> RemoveAsync(SealedObjectId id, CancellationToken cancellationToken) => database.WriteAsync(
        c => Lock(c, id) switch
        {
            { Status: SealedObjectStatus.Receiving } info when info.Holder == holder => Remove(c, id),
            null => true,
            { } other => other.Holder != holder,
        },
        cancellationToken);

    /// <summary>Forgets an upload that nobody has gone on with since; its node may be gone.</summary>
    /// <returns>False when it was gone on with.</returns>
    public Task<bool> RemoveStaleAsync(SealedObjectId id, DateTimeOffset since, CancellationToken cancellationToken) => database.WriteAsync(
        c => Lock(c, id) is { Status: SealedObjectStatus.Receiving } info && info.UpdatedAt < since && Remove(c, id), cancellationToken);

    /// <summary>Takes objects that are due and marks them as being archived: one of each camera in turn, each camera's longest waiting first.</summary>
    /// <param name="afterCamera">The camera that was served last; the one after it in the order of ids comes first.</param>
    /// <param name="now">What is due by then.</param>
    /// <param name="lease">How long they are the caller's.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<SealedObjectInfo>> LeaseDueAsync(string afterCamera, DateTimeOffset now, TimeSpan lease, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            var leased = new List<SealedObjectInfo>();
            string after = afterCamera;
            while (leased.Count < limit && (NextCamera(c, after, now) ?? NextCamera(c, "", now)) is { } camera)
            {
                leased.AddRange(Read(
                    c,
                    $"""
                    UPDATE objects SET status = {(int)SealedObjectStatus.Uploading}, next_attempt_at = @Until
                    WHERE (event_id, name) IN (SELECT event_id, name FROM objects WHERE status = {(int)SealedObjectStatus.Pending} AND holder = @Holder AND camera_id = @Camera AND next_attempt_at <= @Now
                        ORDER BY next_attempt_at, created_at LIMIT 1)
                    RETURNING {ObjectRow.Columns}
                    """,
                    new { Now = SqlTime.ToSql(now), Until = SqlTime.ToSql(now + lease), Holder = holder, Camera = camera }));
                after = camera;
            }

            return (IReadOnlyList<SealedObjectInfo>)leased;
        },
        cancellationToken);

    /// <summary>Objects whose lease has run out while nobody archives them are due again: their end could not be recorded.</summary>
    public async Task ReleaseExpiredAsync(DateTimeOffset now, Func<SealedObjectId, bool> isBusy, CancellationToken cancellationToken)
    {
        IReadOnlyList<SealedObjectInfo> expired = await QueryAsync(
            $"SELECT {ObjectRow.Columns} FROM objects WHERE status = {(int)SealedObjectStatus.Uploading} AND holder = @Holder AND next_attempt_at <= @Now",
            new { Holder = holder, Now = SqlTime.ToSql(now) },
            cancellationToken).ConfigureAwait(false);
        foreach (SealedObjectInfo info in expired.Where(i => !isBusy(i.Id)))
        {
            await ReleaseAsync(info.Id, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>An object is due again, as if it had not been tried.</summary>
    public Task ReleaseAsync(SealedObjectId id, CancellationToken cancellationToken) => database.WriteAsync(
        c => c.Execute($"UPDATE objects SET status = {(int)SealedObjectStatus.Pending}, next_attempt_at = 0 {ById} AND status = {(int)SealedObjectStatus.Uploading}", Key(id)), cancellationToken);

    /// <summary>Objects that wait for another attempt are due now.</summary>
    public Task HurryAsync(CancellationToken cancellationToken) => database.WriteAsync(
        c => c.Execute($"UPDATE objects SET next_attempt_at = 0 WHERE status = {(int)SealedObjectStatus.Pending} AND holder = @Holder AND next_attempt_at > 0", new { Holder = holder }), cancellationToken);

    /// <returns>False when the object was to be deleted meanwhile: whoever deletes it removes the spool's copy too.</returns>
    public Task<bool> CompleteAsync(SealedObjectInfo info, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            bool done = c.Execute(
                $"""
                UPDATE objects SET status = {(int)SealedObjectStatus.Completed}, archived_at = @Now, updated_at = @Now, last_error = NULL {ById} AND status = {(int)SealedObjectStatus.Uploading}
                """,
                new { Now = SqlTime.ToSql(now), EventId = info.Id.EventId.ToString(), info.Id.Name }) > 0;
            if (done)
            {
                ObjectEvidence.Append(c, EvidenceKind.Archive, "archived", now, info);
            }

            return done;
        },
        cancellationToken);

    public Task PostponeAsync(SealedObjectId id, DateTimeOffset until, string error, CancellationToken cancellationToken) => database.WriteAsync(
        c => c.Execute(
            $"UPDATE objects SET status = {(int)SealedObjectStatus.Pending}, attempts = attempts + 1, next_attempt_at = @Until, last_error = @Error {ById} AND status = {(int)SealedObjectStatus.Uploading}",
            new { Until = SqlTime.ToSql(until), Error = error, EventId = id.EventId.ToString(), id.Name }),
        cancellationToken);

    /// <summary>No further attempt can help: the spool keeps the bytes, and a person has to look.</summary>
    public Task FailAsync(SealedObjectId id, string error, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        c => c.Execute(
            $"UPDATE objects SET status = {(int)SealedObjectStatus.Failed}, attempts = attempts + 1, last_error = @Error, updated_at = @Now {ById} AND status = {(int)SealedObjectStatus.Uploading}",
            new { Now = SqlTime.ToSql(now), Error = error, EventId = id.EventId.ToString(), id.Name }),
        cancellationToken);

    /// <summary>Objects whose archiving a killed process left in the air are due again.</summary>
    public Task ReleaseAllAsync(CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            // Rows of before there were several spools are this one's.
            c.Execute("UPDATE objects SET holder = @Holder WHERE holder = '' AND archived_at IS NULL", new { Holder = holder });
            c.Execute(
                $"UPDATE objects SET status = {(int)SealedObjectStatus.Pending}, next_attempt_at = 0 WHERE status = {(int)SealedObjectStatus.Uploading} AND holder = @Holder", new { Holder = holder });
        },
        cancellationToken);

    public Task<IReadOnlyList<SealedObjectInfo>> ListStalePartialsAsync(DateTimeOffset before, CancellationToken cancellationToken) => QueryAsync(
        $"SELECT {ObjectRow.Columns} FROM objects WHERE status = {(int)SealedObjectStatus.Receiving} AND holder = @Holder AND updated_at < @Before",
        new { Before = SqlTime.ToSql(before), Holder = holder },
        cancellationToken);

    private string? NextCamera(DbConnection connection, string after, DateTimeOffset now) => connection.ExecuteScalar<string?>(
        $"SELECT camera_id FROM objects WHERE status = {(int)SealedObjectStatus.Pending} AND holder = @Holder AND camera_id > @After AND next_attempt_at <= @Now ORDER BY camera_id LIMIT 1",
        new { Holder = holder, After = after, Now = SqlTime.ToSql(now) });

    public static SealedObjectInfo? Get(DbConnection connection, SealedObjectId id) =>
        connection.QuerySingleOrDefault<ObjectRow>($"SELECT {ObjectRow.Columns} FROM objects {ById}", Key(id))?.ToInfo();

    public static IReadOnlyList<SealedObjectInfo> Read(DbConnection connection, string sql, object? parameters) =>
        [.. connection.Query<ObjectRow>(sql, parameters).Select(r => r.ToInfo())];

    /// <summary>Removes a row and gives back what it weighed.</summary>
    public static bool Remove(DbConnection connection, SealedObjectId id)
    {
        foreach ((string cameraId, long reserved) in connection.Query<(string, long)>($"DELETE FROM objects {ById} RETURNING camera_id, reserved", Key(id)).ToList())
        {
            UsageLedger.Charge(connection, cameraId, -reserved, -1);
            return true;
        }

        return false;
    }

    public static bool IsErased(DbConnection connection, Guid eventId) =>
        connection.ExecuteScalar<long>("SELECT COUNT(*) FROM erased_events WHERE event_id = @EventId", new { EventId = eventId.ToString() }) > 0;

    private static UploadRefusal Gone(DbConnection connection, SealedObjectId id) => IsErased(connection, id.EventId) || Get(connection, id) is { Status: SealedObjectStatus.Deleting }
        ? new(UploadRefusalReason.Erased, $"{id} was erased while it arrived")
        : new(UploadRefusalReason.AlreadyUploading, $"{id} goes on through another call or node");

    private SealedObjectInfo? Lock(DbConnection connection, SealedObjectId id) =>
        connection.QuerySingleOrDefault<ObjectRow>($"SELECT {ObjectRow.Columns} FROM objects {ById} {database.Dialect.ForUpdate}", Key(id))?.ToInfo();

    private object Upload(SealedObjectId id) => new { EventId = id.EventId.ToString(), id.Name, Holder = holder };

    private static object Key(SealedObjectId id) => new { EventId = id.EventId.ToString(), id.Name };

    private Task<IReadOnlyList<SealedObjectInfo>> QueryAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        database.ReadAsync(c => Read(c, sql, parameters), cancellationToken);
}

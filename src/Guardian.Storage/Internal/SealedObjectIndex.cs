using Dapper;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Storage;

/// <summary>The rows that say which objects there are and where each stands. What a row says is true after a crash; a file without a row is litter.</summary>
internal sealed class SealedObjectIndex : IAsyncDisposable
{
    private const string Columns = "event_id, name, camera_id, status, size, sha256, content_type, created_at, archived_at, attempts, last_error";

    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE objects (
            event_id TEXT NOT NULL,
            name TEXT NOT NULL,
            camera_id TEXT NOT NULL,
            status INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sha256 BLOB,
            content_type TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            archived_at INTEGER,
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            next_attempt_at INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (event_id, name)
        ) WITHOUT ROWID;
        CREATE INDEX objects_by_status ON objects (status, next_attempt_at);
        """,
    ];

    private readonly SqliteDatabase _database;

    /// <exception cref="StorageException">The file cannot be opened, or a newer program wrote it.</exception>
    public SealedObjectIndex(string path)
    {
        try
        {
            _database = new SqliteDatabase(path, Migrations);
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException or IOException)
        {
            throw new StorageException($"index: {e.Message}", innerException: e);
        }
    }

    public Task<SealedObjectInfo?> GetAsync(SealedObjectId id, CancellationToken cancellationToken) => ReadAsync(
        c => c.QuerySingleOrDefault<Row>($"SELECT {Columns} FROM objects WHERE event_id = @EventId AND name = @Name", Key(id))?.ToInfo(), cancellationToken);

    public Task<IReadOnlyList<SealedObjectInfo>> ListForEventAsync(Guid eventId, CancellationToken cancellationToken) =>
        QueryAsync($"SELECT {Columns} FROM objects WHERE event_id = @EventId ORDER BY name", new { EventId = eventId.ToString() }, cancellationToken);

    public Task<IReadOnlyList<SealedObjectInfo>> ListUnarchivedAsync(CancellationToken cancellationToken) =>
        QueryAsync($"SELECT {Columns} FROM objects WHERE status <> {(int)SealedObjectStatus.Completed}", null, cancellationToken);

    /// <summary>Records an upload's durable bytes, or its completion.</summary>
    public Task SaveAsync(SealedObjectInfo info, DateTimeOffset now, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute(
            """
            INSERT INTO objects (event_id, name, camera_id, status, size, sha256, content_type, created_at, updated_at)
            VALUES (@EventId, @Name, @CameraId, @Status, @Size, @Sha256, @ContentType, @CreatedAt, @UpdatedAt)
            ON CONFLICT (event_id, name) DO UPDATE SET status = excluded.status, size = excluded.size, sha256 = excluded.sha256, updated_at = excluded.updated_at
            """,
            new
            {
                EventId = info.Id.EventId.ToString(),
                info.Id.Name,
                info.CameraId,
                Status = (int)info.Status,
                info.Size,
                Sha256 = info.Sha256.IsEmpty ? null : info.Sha256.ToArray(),
                info.ContentType,
                CreatedAt = SqlTime.ToSql(info.CreatedAt),
                UpdatedAt = SqlTime.ToSql(now),
            }),
        cancellationToken);

    public Task RemoveAsync(SealedObjectId id, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute("DELETE FROM objects WHERE event_id = @EventId AND name = @Name", Key(id)), cancellationToken);

    /// <summary>
    /// Takes the objects that are due, oldest first, and marks them as being archived. One whose lease has run out is due again: its end could not be recorded.
    /// </summary>
    public Task<IReadOnlyList<SealedObjectInfo>> LeaseDueAsync(DateTimeOffset now, TimeSpan lease, int limit, CancellationToken cancellationToken) => WriteAsync(
        c => Read(
            c,
            $"""
            UPDATE objects SET status = {(int)SealedObjectStatus.Uploading}, next_attempt_at = @Until
            WHERE (event_id, name) IN (SELECT event_id, name FROM objects WHERE status IN ({(int)SealedObjectStatus.Pending}, {(int)SealedObjectStatus.Uploading})
                AND next_attempt_at <= @Now ORDER BY next_attempt_at LIMIT @Limit)
            RETURNING {Columns}
            """,
            new { Now = SqlTime.ToSql(now), Until = SqlTime.ToSql(now + lease), Limit = limit }),
        cancellationToken);

    public Task CompleteAsync(SealedObjectId id, DateTimeOffset now, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute(
            $"UPDATE objects SET status = {(int)SealedObjectStatus.Completed}, archived_at = @Now, updated_at = @Now, last_error = NULL WHERE event_id = @EventId AND name = @Name",
            new { Now = SqlTime.ToSql(now), EventId = id.EventId.ToString(), id.Name }),
        cancellationToken);

    public Task PostponeAsync(SealedObjectId id, DateTimeOffset until, string error, CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute(
            $"UPDATE objects SET status = {(int)SealedObjectStatus.Pending}, attempts = attempts + 1, next_attempt_at = @Until, last_error = @Error WHERE event_id = @EventId AND name = @Name",
            new { Until = SqlTime.ToSql(until), Error = error, EventId = id.EventId.ToString(), id.Name }),
        cancellationToken);

    /// <summary>Objects whose archiving a killed process left in the air are due again.</summary>
    public Task ReleaseAllAsync(CancellationToken cancellationToken) => WriteAsync(
        c => c.Execute($"UPDATE objects SET status = {(int)SealedObjectStatus.Pending}, next_attempt_at = 0 WHERE status = {(int)SealedObjectStatus.Uploading}"), cancellationToken);

    public Task<IReadOnlyList<SealedObjectInfo>> ListStalePartialsAsync(DateTimeOffset before, CancellationToken cancellationToken) => QueryAsync(
        $"SELECT {Columns} FROM objects WHERE status = {(int)SealedObjectStatus.Receiving} AND updated_at < @Before", new { Before = SqlTime.ToSql(before) }, cancellationToken);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new StorageException($"index: {e.Message}", isTransient: true, e);
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
            throw new StorageException($"index: {e.Message}", isTransient: true, e);
        }
    }

    private static object Key(SealedObjectId id) => new { EventId = id.EventId.ToString(), id.Name };

    private static IReadOnlyList<SealedObjectInfo> Read(SqliteConnection connection, string sql, object? parameters) =>
        [.. connection.Query<Row>(sql, parameters).Select(r => r.ToInfo())];

    private Task<IReadOnlyList<SealedObjectInfo>> QueryAsync(string sql, object? parameters, CancellationToken cancellationToken) =>
        ReadAsync(c => Read(c, sql, parameters), cancellationToken);

    private sealed class Row
    {
        public string event_id { get; init; } = "";

        public string name { get; init; } = "";

        public string camera_id { get; init; } = "";

        public long status { get; init; }

        public long size { get; init; }

        public byte[]? sha256 { get; init; }

        public string content_type { get; init; } = "";

        public long created_at { get; init; }

        public long? archived_at { get; init; }

        public long attempts { get; init; }

        public string? last_error { get; init; }

        public SealedObjectInfo ToInfo()
        {
            var id = new SealedObjectId(Guid.Parse(event_id), name);
            return new SealedObjectInfo
            {
                Id = id,
                CameraId = camera_id,
                Bucket = BucketName.ForCamera(camera_id),
                Key = ObjectKey.ForEvent(id.EventId, name),
                Status = (SealedObjectStatus)status,
                Size = size,
                Sha256 = sha256 ?? [],
                ContentType = content_type,
                CreatedAt = SqlTime.FromSql(created_at),
                ArchivedAt = archived_at is { } at ? SqlTime.FromSql(at) : null,
                Attempts = (int)attempts,
                LastError = last_error,
            };
        }
    }
}

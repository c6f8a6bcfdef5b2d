using System.Data.Common;
using Dapper;
using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>
/// Deletions in two phases: a row says that an object is to go; the object goes; then the row does, together with the receipt. A process that is killed in between goes on where it stood.
/// </summary>
internal sealed class DeletionQueue(StorageDatabase database, TimeProvider time)
{
    /// <summary>Objects, and events, marked in one transaction.</summary>
    private const int Batch = 500, EventBatch = 50;

    private const string NotYetMarked = "status <> 5";

    /// <summary>Marks everything of an event that no hold protects, and has an edge that sends it again refused.</summary>
    public Task<EraseResult> EraseEventAsync(Guid eventId, string actor, string reason, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            database.LockEvent(c, eventId);
            var target = new { EventId = eventId.ToString() };
            int held = c.ExecuteScalar<int>($"SELECT COUNT(*) FROM objects WHERE event_id = @EventId AND NOT ({HoldDirectory.NotHeld})", target);
            bool isEventHeld = c.ExecuteScalar<long>($"SELECT COUNT(*) FROM holds WHERE kind = {(int)HoldKind.Event} AND target = @EventId", target) > 0;
            if (held > 0 || isEventHeld)
            {
                return new EraseResult(0, held, IsRefused: true);
            }

            Bury(c, eventId);
            return new EraseResult(Mark(c, "event_id = @EventId", target, int.MaxValue, actor, reason).Count, 0);
        },
        cancellationToken);

    /// <summary>Marks everything of a camera that no hold protects.</summary>
    public async Task<EraseResult> EraseCameraAsync(string cameraId, string actor, string reason, CancellationToken cancellationToken)
    {
        var target = new { CameraId = cameraId };
        int marked = 0;
        while (true)
        {
            (int events, int objects) = await database.WriteAsync(c => EraseSome(c, cameraId, actor, reason), cancellationToken).ConfigureAwait(false);
            marked += objects;
            if (events == 0)
            {
                int held = await database.ReadAsync(c => c.ExecuteScalar<int>($"SELECT COUNT(*) FROM objects WHERE camera_id = @CameraId AND {NotYetMarked}", target), cancellationToken).ConfigureAwait(false);
                return new EraseResult(marked, held);
            }
        }
    }

    /// <summary>Some events of a camera, in the order of their ids, so that two transactions never wait for each other.</summary>
    private (int Events, int Objects) EraseSome(DbConnection connection, string cameraId, string actor, string reason)
    {
        List<string> events = [.. connection.Query<string>(
            $"SELECT DISTINCT event_id FROM objects WHERE camera_id = @CameraId AND {HoldDirectory.NotHeld} AND {NotYetMarked} ORDER BY event_id LIMIT {EventBatch}", new { CameraId = cameraId })];
        int objects = 0;
        foreach (string eventId in events)
        {
            database.LockEvent(connection, Guid.Parse(eventId));
            Bury(connection, Guid.Parse(eventId));
            objects += Mark(connection, $"event_id = @EventId AND {HoldDirectory.NotHeld}", new { EventId = eventId }, int.MaxValue, actor, reason).Count;
        }

        return (events.Count, objects);
    }

    /// <summary>From here on nothing of the event is taken.</summary>
    private void Bury(DbConnection connection, Guid eventId) => connection.Execute(
        "INSERT INTO erased_events (event_id, erased_at) VALUES (@EventId, @At) ON CONFLICT (event_id) DO NOTHING", new { EventId = eventId.ToString(), At = SqlTime.ToSql(time.GetUtcNow()) });

    /// <summary>Marks what has outlived its time.</summary>
    /// <returns>How many objects; as many as fit one transaction at the most.</returns>
    public Task<int> MarkExpiredAsync(string cameraId, ObjectSeverity severity, DateTimeOffset before, string reason, CancellationToken cancellationToken) => database.WriteAsync(
        c => Mark(
            c,
            $"camera_id = @CameraId AND severity = @Severity AND created_at < @Before AND status IN ({(int)SealedObjectStatus.Pending}, {(int)SealedObjectStatus.Completed}, {(int)SealedObjectStatus.Failed}) AND {HoldDirectory.NotHeld}",
            new { CameraId = cameraId, Severity = (long)severity, Before = SqlTime.ToSql(before) },
            Batch,
            ObjectEvidence.Node,
            reason).Count,
        cancellationToken);

    /// <summary>Marks the oldest archived events that no hold protects, until so many bytes are to go, counting what is to go already.</summary>
    /// <param name="cameraId">Of one camera, or null for all.</param>
    /// <param name="bytes">How many bytes are to go.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<int> MarkOldestAsync(string? cameraId, long bytes, string reason, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            string camera = cameraId is null ? "" : "camera_id = @CameraId AND";

            // An event of which something is still on its way is not the oldest that can be spared.
            const string whole = "NOT EXISTS (SELECT 1 FROM objects other WHERE other.event_id = objects.event_id AND other.status NOT IN (4, 5))";
            var target = new { CameraId = cameraId };
            long left = bytes - c.ExecuteScalar<long>($"SELECT CAST(COALESCE(SUM(reserved), 0) AS BIGINT) FROM objects WHERE {camera} status = {(int)SealedObjectStatus.Deleting}", target);
            int marked = 0;
            if (left > 0)
            {
                List<string> oldest = [.. c.Query<string>(
                    $"SELECT event_id FROM objects WHERE {camera} status = {(int)SealedObjectStatus.Completed} AND {HoldDirectory.NotHeld} AND {whole} ORDER BY created_at LIMIT {Batch}", target).Distinct(StringComparer.Ordinal)];
                foreach (string eventId in oldest)
                {
                    IReadOnlyList<SealedObjectInfo> gone = Mark(c, $"event_id = @EventId AND {HoldDirectory.NotHeld}", new { EventId = eventId }, int.MaxValue, ObjectEvidence.Node, reason);
                    marked += gone.Count;
                    left -= gone.Sum(o => o.Size);
                    if (left <= 0)
                    {
                        break;
                    }
                }
            }

            return marked;
        },
        cancellationToken);

    /// <summary>Takes what is to go and is due, and is in the archive or in this spool, longest waiting first. While it is taken no other node deletes it.</summary>
    public Task<IReadOnlyList<SealedObjectInfo>> LeaseAsync(string holder, int limit, TimeSpan lease, CancellationToken cancellationToken) => database.WriteAsync(
        c => SealedObjectIndex.Read(
            c,
            $"""
            UPDATE objects SET next_attempt_at = @Until
            WHERE (event_id, name) IN (SELECT event_id, name FROM objects WHERE status = {(int)SealedObjectStatus.Deleting} AND next_attempt_at <= @Now AND (holder = @Holder OR archived_at IS NOT NULL)
                ORDER BY next_attempt_at, updated_at LIMIT @Limit {database.Dialect.SkipLocked})
            RETURNING {ObjectRow.Columns}
            """,
            new { Holder = holder, Limit = limit, Now = SqlTime.ToSql(time.GetUtcNow()), Until = SqlTime.ToSql(time.GetUtcNow() + lease) }),
        cancellationToken);

    /// <summary>An object could not go, or somebody has its file: it is due again at that time.</summary>
    public Task PostponeAsync(SealedObjectId id, DateTimeOffset until, string? error, CancellationToken cancellationToken) => database.WriteAsync(
        c => c.Execute(
            $"""
            UPDATE objects SET next_attempt_at = @Until, attempts = attempts + {(error is null ? 0 : 1)}, last_error = COALESCE(@Error, last_error)
            WHERE event_id = @EventId AND name = @Name AND status = {(int)SealedObjectStatus.Deleting}
            """,
            new { EventId = id.EventId.ToString(), id.Name, Until = SqlTime.ToSql(until), Error = error }),
        cancellationToken);

    /// <summary>The object is gone from everywhere: its row goes, and the receipt says so.</summary>
    public Task FinishAsync(SealedObjectId id, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            var key = new { EventId = id.EventId.ToString(), id.Name };
            (string Actor, string Reason) why = c.QuerySingleOrDefault<(string, string)>("SELECT deletion_actor, deletion_reason FROM objects WHERE event_id = @EventId AND name = @Name", key);
            SealedObjectInfo? info = SealedObjectIndex.Get(c, id);
            if (info is { Status: SealedObjectStatus.Deleting } && SealedObjectIndex.Remove(c, id))
            {
                ObjectEvidence.Append(c, EvidenceKind.Erasure, "erased", time.GetUtcNow(), info, why.Actor, why.Reason);
            }
        },
        cancellationToken);

    private IReadOnlyList<SealedObjectInfo> Mark(DbConnection connection, string where, object parameters, int limit, string actor, string reason)
    {
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<SealedObjectInfo> found = SealedObjectIndex.Read(
            connection, $"SELECT {ObjectRow.Columns} FROM objects WHERE {where} AND {NotYetMarked} ORDER BY created_at LIMIT {limit} {database.Dialect.ForUpdate}", parameters);
        foreach (SealedObjectInfo info in found)
        {
            connection.Execute(
                $"UPDATE objects SET status = {(int)SealedObjectStatus.Deleting}, next_attempt_at = 0, attempts = 0, deletion_actor = @Actor, deletion_reason = @Reason, updated_at = @Now WHERE event_id = @EventId AND name = @Name",
                new { EventId = info.Id.EventId.ToString(), info.Id.Name, Actor = actor, Reason = reason, Now = SqlTime.ToSql(now) });
            ObjectEvidence.Append(connection, EvidenceKind.Retention, EvidenceFields.ToBeDeleted, now, info, actor, reason);
        }

        return found;
    }
}

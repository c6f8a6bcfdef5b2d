using System.Data.Common;
using Dapper;
using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>
/// Deletions in two phases: a row says that an object is to go; the object goes; then the row does, together with the receipt. A process that is killed in between goes on where it stood.
/// </summary>
internal sealed class DeletionQueue(StorageDatabase database, TimeProvider time)
{
    /// <summary>Objects marked in one transaction.</summary>
    private const int Batch = 500;

    private const string NotYetMarked = "status <> 5";

    /// <summary>Marks everything of an event that no hold protects, and has an edge that sends it again refused.</summary>
    public Task<EraseResult> EraseEventAsync(Guid eventId, string actor, string reason, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            var target = new { EventId = eventId.ToString(), At = SqlTime.ToSql(time.GetUtcNow()) };
            int held = c.ExecuteScalar<int>($"SELECT COUNT(*) FROM objects WHERE event_id = @EventId AND NOT ({HoldDirectory.NotHeld})", target);
            bool isEventHeld = c.ExecuteScalar<long>($"SELECT COUNT(*) FROM holds WHERE kind = {(int)HoldKind.Event} AND target = @EventId", target) > 0;
            if (held > 0 || isEventHeld)
            {
                return new EraseResult(0, held, IsRefused: true);
            }

            c.Execute("INSERT INTO erased_events (event_id, erased_at) VALUES (@EventId, @At) ON CONFLICT (event_id) DO NOTHING", target);
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
            int count = await database.WriteAsync(c => Mark(c, $"camera_id = @CameraId AND {HoldDirectory.NotHeld}", target, Batch, actor, reason).Count, cancellationToken).ConfigureAwait(false);
            marked += count;
            if (count < Batch)
            {
                int held = await database.ReadAsync(c => c.ExecuteScalar<int>($"SELECT COUNT(*) FROM objects WHERE camera_id = @CameraId AND {NotYetMarked}", target), cancellationToken).ConfigureAwait(false);
                return new EraseResult(marked, held);
            }
        }
    }

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
            var target = new { CameraId = cameraId };
            long left = bytes - c.ExecuteScalar<long>($"SELECT CAST(COALESCE(SUM(reserved), 0) AS BIGINT) FROM objects WHERE {camera} status = {(int)SealedObjectStatus.Deleting}", target);
            int marked = 0;
            if (left > 0)
            {
                List<string> oldest = [.. c.Query<string>(
                    $"SELECT event_id FROM objects WHERE {camera} status = {(int)SealedObjectStatus.Completed} AND {HoldDirectory.NotHeld} ORDER BY created_at LIMIT {Batch}", target).Distinct(StringComparer.Ordinal)];
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

    /// <summary>What is to go and is in the archive or in this spool, longest waiting first.</summary>
    public Task<IReadOnlyList<SealedObjectInfo>> ListAsync(string holder, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        c => SealedObjectIndex.Read(
            c,
            $"SELECT {ObjectRow.Columns} FROM objects WHERE status = {(int)SealedObjectStatus.Deleting} AND (holder = @Holder OR archived_at IS NOT NULL) ORDER BY updated_at LIMIT @Limit",
            new { Holder = holder, Limit = limit }),
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
                $"UPDATE objects SET status = {(int)SealedObjectStatus.Deleting}, deletion_actor = @Actor, deletion_reason = @Reason, updated_at = @Now WHERE event_id = @EventId AND name = @Name",
                new { EventId = info.Id.EventId.ToString(), info.Id.Name, Actor = actor, Reason = reason, Now = SqlTime.ToSql(now) });
            ObjectEvidence.Append(connection, EvidenceKind.Retention, "to be deleted", now, info, actor, reason);
        }

        return found;
    }
}

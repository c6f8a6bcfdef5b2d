using Dapper;
using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>The legal holds.</summary>
internal sealed class HoldDirectory(StorageDatabase database, TimeProvider time)
{
    /// <summary>True of an object that no hold protects.</summary>
    public const string NotHeld = """
        NOT EXISTS (SELECT 1 FROM holds WHERE (kind = 1 AND target = objects.event_id) OR (kind = 2 AND target = objects.camera_id))
        """;

    /// <returns>False when there was one already, which stays as it is.</returns>
    public Task<bool> PlaceAsync(LegalHold hold, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            bool placed = c.Execute(
                "INSERT INTO holds (kind, target, reason, actor, placed_at) VALUES (@Kind, @Target, @Reason, @Actor, @PlacedAt) ON CONFLICT (kind, target) DO NOTHING",
                new { Kind = (long)hold.Kind, hold.Target, hold.Reason, hold.Actor, PlacedAt = SqlTime.ToSql(hold.PlacedAt) }) > 0;
            if (placed)
            {
                ObjectEvidence.Append(c, "hold placed", hold, hold.PlacedAt);
            }

            return placed;
        },
        cancellationToken);

    /// <returns>False when there was none.</returns>
    public Task<bool> LiftAsync(HoldKind kind, string target, string reason, string actor, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            bool lifted = c.Execute("DELETE FROM holds WHERE kind = @Kind AND target = @Target", new { Kind = (long)kind, Target = target }) > 0;
            if (lifted)
            {
                DateTimeOffset now = time.GetUtcNow();
                ObjectEvidence.Append(c, "hold lifted", new LegalHold(kind, target, reason, actor, now), now);
            }

            return lifted;
        },
        cancellationToken);

    public Task<IReadOnlyList<LegalHold>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<LegalHold>>(
        c =>
        [
            .. c.Query<(long Kind, string Target, string Reason, string Actor, long PlacedAt)>("SELECT kind, target, reason, actor, placed_at FROM holds ORDER BY placed_at, kind, target")
                .Select(r => new LegalHold((HoldKind)r.Kind, r.Target, r.Reason, r.Actor, SqlTime.FromSql(r.PlacedAt))),
        ],
        cancellationToken);
}

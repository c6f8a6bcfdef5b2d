using System.Net;
using Dapper;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>
/// Who did what, when, from where: enrolments, renewals, refusals, revocations, commands. Entries are written in the transaction of what they tell of and are never changed; the oldest go
/// when there are more than <see cref="MaxEntries"/>.
/// </summary>
public sealed class AuditLog
{
    /// <summary>Entries kept.</summary>
    public const int MaxEntries = 200_000;

    /// <summary>Entries of one page at the most.</summary>
    public const int MaxPage = 1000;

    private const int MaxDetail = 512;

    /// <summary>Entries between two looks at whether the oldest must go.</summary>
    private const int PruneInterval = 1000;

    private readonly RegistryDatabase _database;
    private readonly TimeProvider _time;

    internal AuditLog(RegistryDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>A page of the log, newest first.</summary>
    /// <param name="edge">Only entries about this edge; null for all.</param>
    /// <param name="before">Only entries with a smaller id; null to begin with the newest.</param>
    /// <param name="limit">Entries at the most: 1 to 1000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<AuditEntry>> ListAsync(EdgeId? edge, long? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return _database.ReadAsync<IReadOnlyList<AuditEntry>>(
            c => [.. c.Query<AuditRow>(
                $"""
                SELECT id, at, action, actor, address, edge_id, detail FROM audit
                WHERE id < @Before {(edge is null ? "" : "AND edge_id = @Edge")} ORDER BY id DESC LIMIT @Limit
                """,
                new { Before = before ?? long.MaxValue, Edge = edge?.ToString(), Limit = limit }).Select(r => r.ToEntry())],
            cancellationToken);
    }

    /// <summary>Records something that changes nothing else, such as a refusal.</summary>
    internal Task RecordAsync(AuditAction action, string actor, IPAddress? address, EdgeId? edge, string detail, CancellationToken cancellationToken) =>
        _database.WriteAsync(c => Record(c, action, actor, address, edge, detail), cancellationToken);

    /// <summary>Records something that an edge can repeat at will, at most once a minute for each edge, so that it cannot push other entries out.</summary>
    internal void RecordOncePerMinute(SqliteConnection connection, AuditAction action, string actor, IPAddress? address, EdgeId edge, string detail)
    {
        long? last = connection.ExecuteScalar<long?>("SELECT MAX(at) FROM audit WHERE edge_id = @Edge AND action = @Action", new { Edge = edge.ToString(), Action = (int)action });
        if (last is null || _time.GetUtcNow() - SqlTime.FromSql(last.Value) >= TimeSpan.FromMinutes(1))
        {
            Record(connection, action, actor, address, edge, detail);
        }
    }

    /// <summary>Records something within the transaction that does it.</summary>
    internal void Record(SqliteConnection connection, AuditAction action, string actor, IPAddress? address, EdgeId? edge, string detail)
    {
        long id = connection.ExecuteScalar<long>(
            "INSERT INTO audit (at, action, actor, address, edge_id, detail) VALUES (@At, @Action, @Actor, @Address, @Edge, @Detail) RETURNING id",
            new
            {
                At = SqlTime.ToSql(_time.GetUtcNow()),
                Action = (int)action,
                Actor = actor,
                Address = address?.ToString(),
                Edge = edge?.ToString(),
                Detail = detail.Length > MaxDetail ? detail[..MaxDetail] : detail,
            });
        if (id % PruneInterval == 0)
        {
            connection.Execute("DELETE FROM audit WHERE id <= @Last", new { Last = id - MaxEntries });
        }
    }
}

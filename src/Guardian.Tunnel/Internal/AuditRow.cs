using Guardian.Shared.Sql;

namespace Guardian.Tunnel;

/// <summary>A row of <c>audit</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class AuditRow
{
    public long id { get; init; }

    public long at { get; init; }

    public long action { get; init; }

    public string actor { get; init; } = "";

    public string? address { get; init; }

    public string? edge_id { get; init; }

    public string detail { get; init; } = "";

    public AuditEntry ToEntry() => new(
        id, SqlTime.FromSql(at), (AuditAction)action, actor, address, EdgeId.TryParse(edge_id, out EdgeId edge) ? edge : null, detail);
}

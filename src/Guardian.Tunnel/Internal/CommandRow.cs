using Guardian.Shared.Sql;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>A row of <c>commands</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class CommandRow
{
    public string id { get; init; } = "";

    public string edge_id { get; init; } = "";

    public byte[] action { get; init; } = [];

    public string actor { get; init; } = "";

    public long state { get; init; }

    public long issued_at { get; init; }

    public long expires_at { get; init; }

    public long? acknowledged_at { get; init; }

    public long? settled_at { get; init; }

    public string? result { get; init; }

    public string? error { get; init; }

    public EdgeCommand ToCommand() => new()
    {
        Id = id,
        Edge = Tunnel.EdgeId.TryParse(edge_id, out EdgeId edge) ? edge : throw new TunnelException($"registry: '{edge_id}' is not an edge id"),
        Action = CommandAction.Parser.ParseFrom(action),
        Actor = actor,
        State = (EdgeCommandState)state,
        IssuedAt = SqlTime.FromSql(issued_at),
        ExpiresAt = SqlTime.FromSql(expires_at),
        AcknowledgedAt = acknowledged_at is { } a ? SqlTime.FromSql(a) : null,
        SettledAt = settled_at is { } s ? SqlTime.FromSql(s) : null,
        ResultJson = result,
        Error = error,
    };
}

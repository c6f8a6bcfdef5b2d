using Guardian.Shared.Sql;

namespace Guardian.Tunnel;

/// <summary>A row of <c>edges</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class EdgeRow
{
    public string id { get; init; } = "";

    public string name { get; init; } = "";

    public long state { get; init; }

    public long added_at { get; init; }

    public long? enrolled_at { get; init; }

    public long? last_seen_at { get; init; }

    public long? certificate_expires_at { get; init; }

    public string software { get; init; } = "";

    public long cameras_fixed { get; init; }

    public string? control_address { get; init; }

    public long? revoked_at { get; init; }

    public RegisteredEdge ToEdge() => new()
    {
        Id = EdgeId.TryParse(id, out EdgeId edge) ? edge : throw new TunnelException($"registry: '{id}' is not an edge id"),
        Name = name,
        State = (EdgeState)state,
        AddedAt = SqlTime.FromSql(added_at),
        EnrolledAt = Time(enrolled_at),
        LastSeenAt = Time(last_seen_at),
        CertificateExpiresAt = Time(certificate_expires_at),
        Software = software,
        CamerasFixed = cameras_fixed != 0,
        ControlAddress = control_address is null ? null : new Uri(control_address),
        RevokedAt = Time(revoked_at),
    };

    private static DateTimeOffset? Time(long? value) => value is { } v ? SqlTime.FromSql(v) : null;
}

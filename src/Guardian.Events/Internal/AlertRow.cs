using Guardian.Shared.Sql;

namespace Guardian.Events;

/// <summary>A row of <c>alerts</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class AlertRow
{
    public const string Columns = "id, event_id, camera_id, severity, anomaly_type, summary, raised_at, acknowledged_at";

    public long id { get; init; }

    public string event_id { get; init; } = "";

    public string camera_id { get; init; } = "";

    public long severity { get; init; }

    public string anomaly_type { get; init; } = "";

    public string summary { get; init; } = "";

    public long raised_at { get; init; }

    public long? acknowledged_at { get; init; }

    public Alert ToAlert() => new(
        id, new EventId(Guid.Parse(event_id)), new CameraId(camera_id), (Severity)severity, anomaly_type, summary, SqlTime.FromSql(raised_at),
        acknowledged_at is { } at ? SqlTime.FromSql(at) : null);
}

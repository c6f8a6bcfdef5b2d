using System.Text.Json;
using Guardian.Shared.Sql;

namespace Guardian.Tunnel;

/// <summary>A row of <c>cameras</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class CameraRow
{
    public string id { get; init; } = "";

    public string edge_id { get; init; } = "";

    public string name { get; init; } = "";

    public string type { get; init; } = "";

    public long enabled { get; init; }

    public string status { get; init; } = "";

    public long required_snapshots { get; init; }

    public long readiness { get; init; }

    public long updated_at { get; init; }

    public string labels { get; init; } = "{}";

    public long labelled_snapshots { get; init; }

    public RegisteredCamera ToCamera() => new()
    {
        Id = id,
        EdgeId = Tunnel.EdgeId.TryParse(edge_id, out EdgeId edge) ? edge : throw new TunnelException($"registry: '{edge_id}' is not an edge id"),
        Name = name,
        Type = type,
        Enabled = enabled != 0,
        Status = status,
        RequiredSnapshots = (int)required_snapshots,
        Readiness = (CameraReadinessState)readiness,
        UpdatedAt = SqlTime.FromSql(updated_at),
        LabelCounts = JsonSerializer.Deserialize(labels, RegistryJson.Default.SortedDictionaryStringInt32) ?? [],
        LabelledSnapshots = (int)labelled_snapshots,
    };
}

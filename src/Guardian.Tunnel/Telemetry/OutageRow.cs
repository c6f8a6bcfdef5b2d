namespace Guardian.Tunnel;

/// <summary>A camera of <c>camera_states</c> that is offline; property names are column names, types are what SQLite gives.</summary>
internal sealed class OutageRow
{
    public string edge_id { get; init; } = "";

    public string name { get; init; } = "";

    public long since { get; init; }
}

using Guardian.Shared.Sql;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>A row of <c>newest</c> with its series; property names are column names, types are what SQLite gives.</summary>
internal sealed class NewestRow
{
    public string name { get; init; } = "";

    public long received_at { get; init; }

    public byte[] data { get; init; } = [];

    public TelemetrySample ToSample() => TelemetrySample.Restore(
        EdgeId.TryParse(name, out EdgeId edge) ? edge : throw new TunnelException($"telemetry: '{name}' is not an edge id"), TelemetryData.Parser.ParseFrom(data), SqlTime.FromSql(received_at));
}

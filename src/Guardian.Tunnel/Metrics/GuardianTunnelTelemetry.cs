namespace Guardian.Tunnel;

/// <summary>Names by which this package's own telemetry is collected.</summary>
public static class GuardianTunnelTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>; docs/telemetry.md lists its instruments.</summary>
    public const string MeterName = "Guardian.Tunnel";
}

namespace Guardian.Tunnel;

/// <summary>The newest that is known of an edge.</summary>
/// <param name="Sample">The newest sample.</param>
/// <param name="Outages">Those of its cameras that were offline in it.</param>
public sealed record NewestTelemetry(TelemetrySample Sample, IReadOnlyList<CameraOutage> Outages);

namespace Guardian.Tunnel;

/// <summary>What metrics tell of an edge.</summary>
/// <param name="Health">How it is.</param>
/// <param name="Newest">Its newest telemetry; null when it sent none.</param>
/// <param name="Connection">How it is connected.</param>
internal sealed record EdgeStatus(EdgeHealth Health, NewestTelemetry? Newest, EdgeConnection Connection);

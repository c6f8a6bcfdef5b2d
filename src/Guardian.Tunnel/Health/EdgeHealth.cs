namespace Guardian.Tunnel;

/// <summary>How an edge is, and why.</summary>
/// <param name="Edge">The edge.</param>
/// <param name="Level">The worst level of its reasons; healthy without any, unknown without telemetry.</param>
/// <param name="Reasons">What is wrong, the worst first.</param>
/// <param name="EvaluatedAt">When this was found.</param>
public sealed record EdgeHealth(EdgeId Edge, HealthLevel Level, IReadOnlyList<HealthReason> Reasons, DateTimeOffset EvaluatedAt);

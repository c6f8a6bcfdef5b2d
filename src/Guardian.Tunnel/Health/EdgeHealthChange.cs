namespace Guardian.Tunnel;

/// <summary>An edge's level of health is another one than before.</summary>
/// <param name="Before">The former level; unknown for an edge that was not looked at before.</param>
/// <param name="Now">How the edge is now.</param>
public sealed record EdgeHealthChange(HealthLevel Before, EdgeHealth Now);

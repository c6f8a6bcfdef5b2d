namespace Guardian.Tunnel;

/// <summary>How an edge is.</summary>
public enum HealthLevel
{
    /// <summary>It has sent no telemetry yet.</summary>
    Unknown = 0,

    /// <summary>Nothing is wrong.</summary>
    Healthy = 1,

    /// <summary>It works, and something needs attention.</summary>
    Degraded = 2,

    /// <summary>It does not do its work, or soon will not.</summary>
    Unhealthy = 3,
}

namespace Guardian.Tunnel;

/// <summary>What happened to an edge or a camera.</summary>
public enum TunnelNotificationKind
{
    /// <summary>An edge enrolled or enrolled anew.</summary>
    EdgeEnrolled = 1,

    /// <summary>An edge was shut out.</summary>
    EdgeRevoked,

    /// <summary>An edge's connection state changed; <see cref="TunnelNotification.Detail"/> is the new one, such as <c>silent</c>.</summary>
    ConnectionChanged,

    /// <summary>An edge's cameras changed: one came, went, or is reported differently.</summary>
    CapabilitiesChanged,

    /// <summary>A camera's readiness changed; the detail is the new one, such as <c>ready_for_training</c>.</summary>
    ReadinessChanged,

    /// <summary>An edge's health changed; the detail is the new level.</summary>
    HealthChanged,

    /// <summary>A command has its outcome; the detail is its id.</summary>
    CommandSettled,

    /// <summary>An edge's tunnel shook hands after a silence.</summary>
    TunnelUp,

    /// <summary>An edge's tunnel has not shaken hands for too long.</summary>
    TunnelDown,
}

namespace Guardian.Tunnel;

/// <summary>How finely telemetry is kept and asked for.</summary>
public enum TelemetryResolution
{
    /// <summary>Samples as the edge sent them, at most one a second.</summary>
    Raw = 0,

    /// <summary>Minutes, from when they are over.</summary>
    Minute = 1,

    /// <summary>Hours (UTC); the current one so far.</summary>
    Hour = 2,

    /// <summary>Days (UTC); the current one so far.</summary>
    Day = 3,
}

namespace Guardian.Tunnel;

/// <summary>What is wrong with an edge.</summary>
public enum HealthReasonCode
{
    /// <summary>Its disk is nearly full.</summary>
    DiskNearlyFull = 1,

    /// <summary>At the pace of the last day, its disk will soon be full.</summary>
    DiskFilling = 2,

    /// <summary>Events pile up on it.</summary>
    BacklogGrowing = 3,

    /// <summary>It does not reach a camera.</summary>
    CameraOffline = 4,

    /// <summary>Its model takes long for a picture.</summary>
    InferenceSlow = 5,

    /// <summary>Its clock differs from the node's.</summary>
    ClockWrong = 6,

    /// <summary>Its memory is nearly used up.</summary>
    MemoryShort = 7,

    /// <summary>Its telemetry stays away.</summary>
    TelemetryStale = 8,
}

namespace Guardian.Tunnel;

/// <summary>From where on an edge is degraded or unhealthy. A reason that is there goes only once its figure is 5 % below the limit, so that nothing flutters.</summary>
public sealed class HealthOptions
{
    /// <summary>The configuration section of these options.</summary>
    public const string Section = $"{TunnelOptions.Section}:Health";

    /// <summary>Share of the disk in use, in percent, from which an edge is degraded. Default 85; 1 to 100.</summary>
    public double DiskDegradedPercent { get; set; } = 85;

    /// <summary>Share of the disk in use, in percent, from which it is unhealthy. Default 95; <see cref="DiskDegradedPercent"/> to 100.</summary>
    public double DiskUnhealthyPercent { get; set; } = 95;

    /// <summary>It is degraded when its disk, at the pace of the last day, is full within this time. Default 48 hours; 1 hour to 30 days.</summary>
    public TimeSpan DiskFullWithin { get; set; } = TimeSpan.FromHours(48);

    /// <summary>Share of the memory in use, in percent, from which it is degraded. Default 90; 1 to 100.</summary>
    public double MemoryDegradedPercent { get; set; } = 90;

    /// <summary>Share of the memory in use, in percent, from which it is unhealthy. Default 98; <see cref="MemoryDegradedPercent"/> to 100.</summary>
    public double MemoryUnhealthyPercent { get; set; } = 98;

    /// <summary>How long the backlog must grow, and over which time inference is averaged. Default 10 minutes; 3 minutes to 2 hours.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Waiting events above which a growing backlog degrades it. Default 100; 1 to 1 000 000.</summary>
    public int BacklogDegraded { get; set; } = 100;

    /// <summary>Waiting events above which a growing backlog makes it unhealthy. Default 10 000; <see cref="BacklogDegraded"/> to 10 000 000.</summary>
    public int BacklogUnhealthy { get; set; } = 10_000;

    /// <summary>It is degraded when a camera is offline for longer; unhealthy when all of them are. Default 1 minute; 0 to 1 day.</summary>
    public TimeSpan CameraOfflineAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Mean milliseconds for a picture from which it is degraded. Default 1000; 1 to 3 600 000.</summary>
    public double InferenceDegradedMs { get; set; } = 1000;

    /// <summary>Mean milliseconds for a picture from which it is unhealthy. Default 10 000; <see cref="InferenceDegradedMs"/> to 3 600 000.</summary>
    public double InferenceUnhealthyMs { get; set; } = 10_000;

    /// <summary>Difference of its clock from which it is degraded. Default 30 seconds; 1 second to 1 day.</summary>
    public TimeSpan ClockDegraded { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Difference of its clock from which it is unhealthy. Default 10 minutes; <see cref="ClockDegraded"/> to 1 day.</summary>
    public TimeSpan ClockUnhealthy { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Without telemetry for this long it is degraded, and its older figures do not count any more. Default 5 minutes; 10 seconds to 1 day.</summary>
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Without telemetry for this long it is unhealthy. Default 30 minutes; <see cref="StaleAfter"/> to 7 days.</summary>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check<T>(T value, T least, T most, string key, string range) where T : IComparable<T>
        {
            // Written so that NaN, which compares as the least, is refused too.
            if (!(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0))
            {
                errors.Add($"{Section}:{key} must be from {range}");
            }
        }

        Check(DiskDegradedPercent, 1, 100, nameof(DiskDegradedPercent), "1 to 100");
        Check(DiskUnhealthyPercent, DiskDegradedPercent, 100, nameof(DiskUnhealthyPercent), "DiskDegradedPercent to 100");
        Check(DiskFullWithin, TimeSpan.FromHours(1), TimeSpan.FromDays(30), nameof(DiskFullWithin), "1 hour to 30 days");
        Check(MemoryDegradedPercent, 1, 100, nameof(MemoryDegradedPercent), "1 to 100");
        Check(MemoryUnhealthyPercent, MemoryDegradedPercent, 100, nameof(MemoryUnhealthyPercent), "MemoryDegradedPercent to 100");
        Check(Window, TimeSpan.FromMinutes(3), TimeSpan.FromHours(2), nameof(Window), "3 minutes to 2 hours");
        Check(BacklogDegraded, 1, 1_000_000, nameof(BacklogDegraded), "1 to 1000000");
        Check(BacklogUnhealthy, BacklogDegraded, 10_000_000, nameof(BacklogUnhealthy), "BacklogDegraded to 10000000");
        Check(CameraOfflineAfter, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(CameraOfflineAfter), "0 to 1 day");
        Check(InferenceDegradedMs, 1, TelemetryValidator.MaxInferenceMs, nameof(InferenceDegradedMs), "1 to 3600000");
        Check(InferenceUnhealthyMs, InferenceDegradedMs, TelemetryValidator.MaxInferenceMs, nameof(InferenceUnhealthyMs), "InferenceDegradedMs to 3600000");
        Check(ClockDegraded, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(ClockDegraded), "1 second to 1 day");
        Check(ClockUnhealthy, ClockDegraded, TimeSpan.FromDays(1), nameof(ClockUnhealthy), "ClockDegraded to 1 day");
        Check(StaleAfter, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1), nameof(StaleAfter), "10 seconds to 1 day");
        Check(LostAfter, StaleAfter, TimeSpan.FromDays(7), nameof(LostAfter), "StaleAfter to 7 days");
        return errors;
    }
}

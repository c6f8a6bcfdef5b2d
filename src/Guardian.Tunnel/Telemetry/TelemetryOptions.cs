namespace Guardian.Tunnel;

/// <summary>How long telemetry is kept. About 3 MB an edge and 0.5 MB a camera with the defaults and a sample every 10 seconds.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The configuration section of these options.</summary>
    public const string Section = $"{TunnelOptions.Section}:Telemetry";

    /// <summary>How long samples are kept as they came; older ones are refused. Default 2 hours; 10 minutes to 1 day.</summary>
    public TimeSpan RawRetention { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How long minutes are kept. Default 2 days; an hour more than <see cref="RawRetention"/>, to 30 days.</summary>
    public TimeSpan MinuteRetention { get; set; } = TimeSpan.FromDays(2);

    /// <summary>How long hours are kept. Default 60 days; a day more than <see cref="MinuteRetention"/>, to 366 days.</summary>
    public TimeSpan HourRetention { get; set; } = TimeSpan.FromDays(60);

    /// <summary>How long days are kept. Default 5 years of 365 days; <see cref="HourRetention"/> to 3660 days.</summary>
    public TimeSpan DayRetention { get; set; } = TimeSpan.FromDays(5 * 365);

    /// <summary>How far a sample's time may be ahead of the node's clock. Default 10 minutes; 1 second to 1 hour.</summary>
    public TimeSpan MaxClockLead { get; set; } = TimeSpan.FromMinutes(10);

    internal TimeSpan RetentionOf(TelemetryResolution resolution) => resolution switch
    {
        TelemetryResolution.Raw => RawRetention,
        TelemetryResolution.Minute => MinuteRetention,
        TelemetryResolution.Hour => HourRetention,
        _ => DayRetention,
    };

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(TimeSpan value, TimeSpan least, TimeSpan most, string key, string range)
        {
            if (value < least || value > most)
            {
                errors.Add($"{Section}:{key} must be from {range}");
            }
        }

        // A bucket is computed from the ones below it, so these must outlive the samples that may still come for it.
        Check(RawRetention, TimeSpan.FromMinutes(10), TimeSpan.FromDays(1), nameof(RawRetention), "10 minutes to 1 day");
        Check(MinuteRetention, RawRetention + TimeSpan.FromHours(1), TimeSpan.FromDays(30), nameof(MinuteRetention), "RawRetention and an hour to 30 days");
        Check(HourRetention, MinuteRetention + TimeSpan.FromDays(1), TimeSpan.FromDays(366), nameof(HourRetention), "MinuteRetention and a day to 366 days");
        Check(DayRetention, HourRetention, TimeSpan.FromDays(3660), nameof(DayRetention), "HourRetention to 3660 days");
        Check(MaxClockLead, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(MaxClockLead), "1 second to 1 hour");
        return errors;
    }
}

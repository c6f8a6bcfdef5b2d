namespace Guardian.Tunnel;

/// <summary>Where an edge's agent keeps its things, and its paces and bounds.</summary>
public sealed class EdgeAgentOptions
{
    /// <summary>Folder of the send queue, the command journal and the models; made readable by the owner only. Required.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Folder of the edge's credentials, as <see cref="EdgeCredentials.Save"/> wrote it. Required.</summary>
    public string CredentialsDirectory { get; set; } = "";

    /// <summary>Bytes of events and clips that may wait to be sent. Default 4 GiB; at least 1 MiB. Beyond it nothing more is taken; nothing that was taken is dropped.</summary>
    public long MaxQueueBytes { get; set; } = 4L << 30;

    /// <summary>Events and clips that may wait to be sent. Default 100 000; 1 to 1 000 000.</summary>
    public int MaxQueueItems { get; set; } = 100_000;

    /// <summary>Default 30 seconds; 1 second to 1 hour.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Default 30 seconds; 1 second to 1 hour.</summary>
    public TimeSpan TelemetryInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often cameras are reported without being asked. Default 5 minutes; 1 second to 1 day.</summary>
    public TimeSpan CapabilityInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The first wait after a failure; it doubles with each one after it. Default 0.5 seconds; 10 ms to 1 minute.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait after a failure. Default 1 minute; <see cref="FirstRetry"/> to 1 hour.</summary>
    public TimeSpan LastRetry { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The edge's end of the WireGuard tunnel; null, the default, when it has none or something else runs it. It needs root or CAP_NET_ADMIN.</summary>
    public EdgeTunnelOptions? Tunnel { get; set; }

    /// <summary>Every error of these options, each naming its property; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(bool holds, string key, string rule)
        {
            if (!holds)
            {
                errors.Add($"{key} {rule}");
            }
        }

        void Interval(TimeSpan value, string key, TimeSpan least, TimeSpan most, string rule) => Check(value >= least && value <= most, key, rule);
        Check(!string.IsNullOrWhiteSpace(Directory), nameof(Directory), "must name a folder");
        Check(!string.IsNullOrWhiteSpace(CredentialsDirectory), nameof(CredentialsDirectory), "must name a folder");
        Check(MaxQueueBytes >= 1 << 20, nameof(MaxQueueBytes), "must be at least 1 MiB");
        Check(MaxQueueItems is >= 1 and <= 1_000_000, nameof(MaxQueueItems), "must be from 1 to 1000000");
        Interval(HeartbeatInterval, nameof(HeartbeatInterval), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "must be from 1 second to 1 hour");
        Interval(TelemetryInterval, nameof(TelemetryInterval), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "must be from 1 second to 1 hour");
        Interval(CapabilityInterval, nameof(CapabilityInterval), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "must be from 1 second to 1 day");
        Interval(FirstRetry, nameof(FirstRetry), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1), "must be from 10 ms to 1 minute");
        Interval(LastRetry, nameof(LastRetry), FirstRetry, TimeSpan.FromHours(1), "must be from FirstRetry to 1 hour");
        errors.AddRange(Tunnel?.Validate() ?? []);
        return errors;
    }
}

using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Telemetry;

/// <summary>Telemetry as edges send it.</summary>
internal static class Samples
{
    /// <summary>On a day's first second, so that minutes, hours and days begin together.</summary>
    public static readonly DateTimeOffset Start = new(2030, 5, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly TelemetryOptions Options = new();

    public static TelemetryData Data(DateTimeOffset at, Action<TelemetryData>? change = null)
    {
        var data = new TelemetryData
        {
            Timestamp = UnixNanoseconds.From(at),
            EdgeId = "garage",
            System = new SystemMetrics { CpuUsagePercent = 12.5, MemoryUsedBytes = 1 << 30, MemoryTotalBytes = 4UL << 30, DiskUsedBytes = 20UL << 30, DiskTotalBytes = 100UL << 30, DiskUsagePercent = 20 },
            Application = new ApplicationMetrics { EventQueueLength = 3, ActiveCameras = 1, AiInferenceTimeMs = 40, StorageClipsCount = 7, StorageClipsSizeBytes = 7 << 20 },
            Cameras = { new CameraStatus { CameraId = "front-door", Online = true, LastSeen = at.ToString("O", System.Globalization.CultureInfo.InvariantCulture), StatusMessage = "ok" } },
        };
        change?.Invoke(data);
        return data;
    }

    public static TelemetrySample Sample(EdgeId edge, DateTimeOffset at, Action<TelemetryData>? change = null, DateTimeOffset? receivedAt = null) =>
        TelemetrySample.Read(edge, Data(at, change), receivedAt ?? at, Options) is ({ } sample, _) ? sample : throw new InvalidOperationException("an unsound sample");
}

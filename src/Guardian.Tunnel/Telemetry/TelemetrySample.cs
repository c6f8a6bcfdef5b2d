using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>One measurement of an edge, found sound by <see cref="TelemetryValidator"/>.</summary>
public sealed class TelemetrySample
{
    private TelemetrySample(EdgeId edge, TelemetryData data, DateTimeOffset at, DateTimeOffset receivedAt)
    {
        Edge = edge;
        Data = data;
        At = at;
        ReceivedAt = receivedAt;
        Values = MetricsOf(data);
        Cameras = [.. data.Cameras.Select(c => new CameraSample(c.CameraId, c.Online, TelemetryTime.ParseLastSeen(c.LastSeen), c.StatusMessage))];
    }

    /// <summary>The edge that measured.</summary>
    public EdgeId Edge { get; }

    /// <summary>When it measured, by its own clock; by the node's when it did not say.</summary>
    public DateTimeOffset At { get; }

    /// <summary>When it arrived, by the node's clock.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>The message as it came, except that its edge id is the one of the certificate. Not to be changed.</summary>
    public TelemetryData Data { get; }

    /// <summary>What was measured of the edge. What the contract cannot tell from "not measured" (a size of 0) is not in it.</summary>
    public IReadOnlyDictionary<TelemetryMetric, double> Values { get; }

    /// <summary>What was said of its cameras.</summary>
    public IReadOnlyList<CameraSample> Cameras { get; }

    /// <summary>Reads a message.</summary>
    /// <param name="edge">Who sent it, by its certificate.</param>
    /// <param name="data">The message; the sample keeps it.</param>
    /// <param name="receivedAt">When it arrived.</param>
    /// <param name="options">The bounds of its time.</param>
    /// <returns>The sample, or the first error, which names the field and the limit.</returns>
    public static (TelemetrySample? Sample, string? Error) Read(EdgeId edge, TelemetryData data, DateTimeOffset receivedAt, TelemetryOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        return TelemetryValidator.Check(data, receivedAt, options) is { } error ? (null, error) : (Restore(edge, data, receivedAt), null);
    }

    /// <summary>A sample that was found sound before.</summary>
    internal static TelemetrySample Restore(EdgeId edge, TelemetryData data, DateTimeOffset receivedAt)
    {
        data.EdgeId = edge.ToString();
        return new TelemetrySample(edge, data, data.Timestamp == 0 ? receivedAt : UnixNanoseconds.ToInstant(data.Timestamp), receivedAt);
    }

    private static Dictionary<TelemetryMetric, double> MetricsOf(TelemetryData data)
    {
        var values = new Dictionary<TelemetryMetric, double>();
        if (data.System is { } system)
        {
            values[TelemetryMetric.CpuUsagePercent] = system.CpuUsagePercent;
            if (system.MemoryTotalBytes > 0)
            {
                values[TelemetryMetric.MemoryUsedBytes] = system.MemoryUsedBytes;
                values[TelemetryMetric.MemoryTotalBytes] = system.MemoryTotalBytes;
            }

            AddDisk(values, system);
        }

        if (data.Application is { } application)
        {
            values[TelemetryMetric.EventQueueLength] = application.EventQueueLength;
            values[TelemetryMetric.ActiveCameras] = application.ActiveCameras;
            values[TelemetryMetric.InferenceTimeMs] = application.AiInferenceTimeMs;
            values[TelemetryMetric.ClipsCount] = application.StorageClipsCount;
            values[TelemetryMetric.ClipsSizeBytes] = application.StorageClipsSizeBytes;
        }

        return values;
    }

    /// <summary>An edge may send the share, the sizes or both; the share is what its file system says, which counts reserved blocks in its own way.</summary>
    private static void AddDisk(Dictionary<TelemetryMetric, double> values, SystemMetrics system)
    {
        if (system.DiskTotalBytes > 0)
        {
            values[TelemetryMetric.DiskUsedBytes] = system.DiskUsedBytes;
            values[TelemetryMetric.DiskTotalBytes] = system.DiskTotalBytes;
            values[TelemetryMetric.DiskUsagePercent] = 100.0 * system.DiskUsedBytes / system.DiskTotalBytes;
        }

        if (system.DiskUsagePercent > 0)
        {
            values[TelemetryMetric.DiskUsagePercent] = system.DiskUsagePercent;
        }
    }
}

using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Telemetry;

public sealed class TelemetryValidatorTests
{
    private static readonly EdgeId Edge = EdgeId.New();

    public static TheoryData<string, Action<TelemetryData>, string, string> Unsound => new()
    {
        { "cpu above", d => d.System.CpuUsagePercent = 100.01, "system.cpu_usage_percent", "100" },
        { "cpu below", d => d.System.CpuUsagePercent = -0.01, "system.cpu_usage_percent", "0 to 100" },
        { "cpu nan", d => d.System.CpuUsagePercent = double.NaN, "system.cpu_usage_percent", "NaN" },
        { "cpu infinite", d => d.System.CpuUsagePercent = double.PositiveInfinity, "system.cpu_usage_percent", "100" },
        { "disk share", d => d.System.DiskUsagePercent = 101, "system.disk_usage_percent", "100" },
        { "memory", d => d.System.MemoryUsedBytes = d.System.MemoryTotalBytes + 1, "system.memory_used_bytes", "4294967296" },
        { "disk", d => d.System.DiskUsedBytes = d.System.DiskTotalBytes + 1, "system.disk_used_bytes", "107374182400" },
        { "disk size", d => d.System.DiskTotalBytes = ulong.MaxValue, "system.disk_total_bytes", "9007199254740992" },
        { "queue", d => d.Application.EventQueueLength = -1, "application.event_queue_length", "at least 0" },
        { "cameras active", d => d.Application.ActiveCameras = int.MinValue, "application.active_cameras", "at least 0" },
        { "clips", d => d.Application.StorageClipsCount = -7, "application.storage_clips_count", "at least 0" },
        { "clips size", d => d.Application.StorageClipsSizeBytes = ulong.MaxValue, "application.storage_clips_size_bytes", "9007199254740992" },
        { "inference", d => d.Application.AiInferenceTimeMs = 3_600_001, "application.ai_inference_time_ms", "3600000" },
        { "inference nan", d => d.Application.AiInferenceTimeMs = double.NaN, "application.ai_inference_time_ms", "3600000" },
        { "too many cameras", d => d.Cameras.AddRange(Enumerable.Range(0, 256).Select(i => new CameraStatus { CameraId = $"c{i}" })), "cameras", "256" },
        { "camera twice", d => d.Cameras.Add(new CameraStatus { CameraId = "front-door" }), "cameras[1].camera_id", "once" },
        { "camera without a name", d => d.Cameras.Add(new CameraStatus()), "cameras[1].camera_id", "128" },
        { "camera name", d => d.Cameras[0].CameraId = "a/b", "cameras[0].camera_id", "128" },
        { "last seen", d => d.Cameras[0].LastSeen = "yesterday", "cameras[0].last_seen", "ISO 8601" },
        { "last seen, another order", d => d.Cameras[0].LastSeen = "01/02/2030 10:00:00", "cameras[0].last_seen", "ISO 8601" },
        { "last seen, long", d => d.Cameras[0].LastSeen = "2030-05-01T00:00:00Z" + new string(' ', 60), "cameras[0].last_seen", "ISO 8601" },
        { "last seen tomorrow", d => d.Cameras[0].LastSeen = "2030-05-02T00:00:00Z", "cameras[0].last_seen", "600 s" },
        { "status", d => d.Cameras[0].StatusMessage = new string('x', 513), "cameras[0].status_message", "512" },
        { "ahead", d => d.Timestamp += 601_000_000_000, "timestamp", "600 s" },
        { "behind", d => d.Timestamp -= 7_201_000_000_000, "timestamp", "7200 s" },
        { "seconds for nanoseconds", d => d.Timestamp /= 1_000_000_000, "timestamp", "7200 s" },
        { "before 1970", d => d.Timestamp = long.MinValue, "timestamp", "7200 s" },
        { "far future", d => d.Timestamp = long.MaxValue, "timestamp", "600 s" },
    };

    [Theory]
    [MemberData(nameof(Unsound))]
    public void an_error_names_the_field_and_the_limit(string name, Action<TelemetryData> change, string field, string limit)
    {
        (TelemetrySample? sample, string? error) = Read(Samples.Data(Samples.Start, change));
        Assert.Null(sample);
        Assert.True(error!.StartsWith(field + ":", StringComparison.Ordinal), $"{name}: {error}");
        Assert.Contains(limit, error, StringComparison.Ordinal);
    }

    [Fact]
    public void the_limits_themselves_are_taken()
    {
        TelemetryData data = Samples.Data(Samples.Start, d =>
        {
            d.System.CpuUsagePercent = 100;
            d.System.DiskUsagePercent = 100;
            d.System.MemoryUsedBytes = d.System.MemoryTotalBytes;
            d.Application.AiInferenceTimeMs = 3_600_000;
            d.Cameras[0].StatusMessage = new string('x', 512);
            d.Timestamp += 600_000_000_000;
        });
        Assert.Null(Read(data).Error);
        data.Timestamp = UnixNanoseconds.From(Samples.Start - TimeSpan.FromHours(2));
        Assert.Null(Read(data).Error);
    }

    [Fact]
    public void what_an_edge_in_the_field_leaves_out_is_not_measured_rather_than_zero()
    {
        // What fielded_edge.py sends: no disk, no application, no camera.
        (TelemetrySample? sample, string? error) = Read(new TelemetryData { System = new SystemMetrics { CpuUsagePercent = 12.5, MemoryUsedBytes = 1, MemoryTotalBytes = 4 } });
        Assert.Null(error);
        Assert.Equal(
            [TelemetryMetric.CpuUsagePercent, TelemetryMetric.MemoryUsedBytes, TelemetryMetric.MemoryTotalBytes], sample!.Values.Keys.Order());
        Assert.Equal((Samples.Start, Edge.ToString()), (sample.At, sample.Data.EdgeId));
        Assert.Empty(Read(new TelemetryData()).Sample!.Values);
    }

    [Fact]
    public void the_share_of_the_disk_follows_from_its_sizes_when_it_is_not_said()
    {
        Assert.Equal(25, Read(new TelemetryData { System = new SystemMetrics { DiskUsedBytes = 1, DiskTotalBytes = 4 } }).Sample!.Values[TelemetryMetric.DiskUsagePercent]);
        Assert.Equal(30, Read(new TelemetryData { System = new SystemMetrics { DiskUsedBytes = 1, DiskTotalBytes = 4, DiskUsagePercent = 30 } }).Sample!.Values[TelemetryMetric.DiskUsagePercent]);
        Assert.Equal(90, Read(new TelemetryData { System = new SystemMetrics { DiskUsagePercent = 90 } }).Sample!.Values[TelemetryMetric.DiskUsagePercent]);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("0001-01-01T00:00:00Z", null)]
    [InlineData("2030-04-30T23:59:58Z", 2.0)]
    [InlineData("2030-04-30T23:59:58", 2.0)]
    [InlineData("2030-04-30 23:59:58", 2.0)]
    [InlineData("2030-05-01T01:59:58+02:00", 2.0)]
    [InlineData("2030-04-30T23:59:58.500000000Z", 1.5)]
    [InlineData("2030-04-30T23:59:58.500000+00:00", 1.5)]
    public void last_seen_is_read_as_other_languages_write_it(string text, double? secondsAgo)
    {
        TelemetrySample sample = Samples.Sample(Edge, Samples.Start, d => d.Cameras[0].LastSeen = text);
        Assert.Equal(secondsAgo, (Samples.Start - sample.Cameras[0].LastSeenAt)?.TotalSeconds);
    }

    private static (TelemetrySample? Sample, string? Error) Read(TelemetryData data) => TelemetrySample.Read(Edge, data, Samples.Start, Samples.Options);
}

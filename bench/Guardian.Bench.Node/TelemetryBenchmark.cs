using System.Diagnostics;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.Bench.Node;

/// <summary>What telemetry costs: samples stored one by one, as edges send them, and roll-ups of them. The figure to hold it against is 100 samples a second, which are 1 000 edges every 10 seconds.</summary>
internal static class TelemetryBenchmark
{
    private const int Edges = 1000, Minutes = 5, PerMinute = 6, CamerasPerEdge = 4, Senders = 32;

    public static async Task RunAsync(string folder)
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow().AddMinutes(-Minutes - 1);
        string file = Path.Combine(folder, "bench-telemetry.db");
        await using var store = new SqliteTelemetryStore(file, new TelemetryOptions());
        EdgeId[] edges = [.. Enumerable.Range(0, Edges).Select(_ => EdgeId.New())];
        int samples = Edges * Minutes * PerMinute;
        (TimeSpan cpu, long at) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Parallel.ForEachAsync(Enumerable.Range(0, samples), new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (i, cancellationToken) =>
        {
            DateTimeOffset time = start.AddSeconds(60.0 / PerMinute * (i / Edges));
            (TelemetrySample? sample, string? error) = TelemetrySample.Read(edges[i % Edges], Sample(i, time), TimeProvider.System.GetUtcNow(), new TelemetryOptions());
            await store.AppendAsync(sample ?? throw new InvalidOperationException(error), cancellationToken);
        });
        TimeSpan stored = Stopwatch.GetElapsedTime(at), storedCpu = Environment.CpuUsage.TotalTime - cpu;
        (cpu, at) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        int buckets = await store.MaintainAsync(CancellationToken.None);
        TimeSpan rolled = Stopwatch.GetElapsedTime(at), rolledCpu = Environment.CpuUsage.TotalTime - cpu;
        Console.WriteLine(FormattableString.Invariant(
            $"Telemetry of {Edges} edges with {CamerasPerEdge} cameras: {samples / stored.TotalSeconds:0} samples/s durable, {storedCpu.TotalMilliseconds * 1000 / samples:0} us of processor each; a minute of all of them rolled up in {rolled.TotalSeconds / Minutes:0.00} s ({rolledCpu.TotalSeconds / Minutes:0.00} s of processor, {buckets} buckets in all)"));
    }

    private static TelemetryData Sample(int i, DateTimeOffset time)
    {
        var data = new TelemetryData
        {
            Timestamp = UnixNanoseconds.From(time),
            System = new SystemMetrics
            {
                CpuUsagePercent = i * 37 % 1000 / 10.0,
                MemoryUsedBytes = 1_000_000_000 + (ulong)(i * 7919 % 100_000_000),
                MemoryTotalBytes = 4_000_000_000,
                DiskUsedBytes = 50_000_000_000 + ((ulong)i * 4096),
                DiskTotalBytes = 100_000_000_000,
            },
            Application = new ApplicationMetrics { EventQueueLength = i % 5, ActiveCameras = CamerasPerEdge, AiInferenceTimeMs = 40 + (i % 100 / 10.0), StorageClipsCount = i % 1000, StorageClipsSizeBytes = 1_000_000 },
        };
        data.Cameras.AddRange(Enumerable.Range(0, CamerasPerEdge).Select(c => new CameraStatus { CameraId = $"camera-{i % Edges}-{c}", Online = true, LastSeen = time.ToString("O", System.Globalization.CultureInfo.InvariantCulture) }));
        return data;
    }
}

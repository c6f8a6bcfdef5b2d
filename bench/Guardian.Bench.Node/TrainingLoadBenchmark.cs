using System.Diagnostics;
using Guardian.Models;
using Guardian.Shared.Imaging;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.Bench.Node;

/// <summary>
/// The time to an event's durable acknowledgement over gRPC under mutual TLS while the same process trains a model on all processors, against the same while it
/// trains nothing. Both take turns, so that what else the machine does meets both.
/// </summary>
internal static class TrainingLoadBenchmark
{
    private const int Callers = 4, Rounds = 5, Frames = 96, Width = 320, Height = 240;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(12), Pause = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(BenchNode node, string folder)
    {
        using EdgeCredentials credentials = await node.EnrolAsync();
        using var client = new EdgeClient(credentials);
        byte[][] frames = [.. Enumerable.Range(0, Frames).Select(Frame)];
        await SendAsync(client, TimeSpan.FromSeconds(3));
        List<double> idle = [], training = [];
        var ratios = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            List<double> before = await SendAsync(client, Turn);
            List<double> during = await TrainingAsync(frames, Path.Combine(folder, "bench.checkpoint"), () => SendAsync(client, Turn));
            (idle, training) = ([.. idle, .. before], [.. training, .. during]);
            ratios.Add(P99(during) / P99(before));
        }

        ratios.Sort();
        Console.WriteLine(
            $"training {P99(training),6:0.0} ms p99 of an event's acknowledgement while training, {Median(training):0.0} ms median; idle {P99(idle):0.0} and {Median(idle):0.0} ms; "
            + $"ratio {P99(training) / P99(idle):0.00} (goal 2), {ratios[0]:0.00} to {ratios[^1]:0.00} over {Rounds} rounds");
    }

    private static double P99(List<double> values) => values.Order().ElementAt(values.Count * 99 / 100);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Measures while a training runs that has come to its epochs.</summary>
    private static async Task<List<double>> TrainingAsync(byte[][] frames, string checkpoint, Func<Task<List<double>>> measure)
    {
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<TrainedModel> training = new AutoencoderTrainer().TrainAsync(
            new TrainingRequest
            {
                CameraId = "bench",
                Images = Images(frames),
                Options = new TrainingOptions { Epochs = 1000, Patience = 1000 },
                CheckpointFile = checkpoint,
            },
            new Told(_ => begun.TrySetResult()),
            stop.Token);
        await Task.WhenAny(begun.Task, training);
        List<double> measured = await measure();
        await stop.CancelAsync();
        try
        {
            await training;
        }
        catch (OperationCanceledException)
        {
            // As wanted.
        }

        File.Delete(checkpoint);
        return measured;
    }

    private static async Task<List<double>> SendAsync(EdgeClient client, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var milliseconds = new List<double>();
            while (watch.Elapsed < time)
            {
                long started = Stopwatch.GetTimestamp();
                SendEventsResponse response = await client.SendEventsAsync([Event()], CancellationToken.None);
                milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (!response.Success)
                {
                    throw new InvalidOperationException(response.ErrorMessage);
                }

                await Task.Delay(Pause);
            }

            return milliseconds;
        })));
        return [.. all.SelectMany(m => m)];
    }

    private static Event Event() => new()
    {
        Id = Guid.NewGuid().ToString(),
        CameraId = "front-door",
        EventType = "anomaly",
        Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()),
        Confidence = 0.9,
    };

    private static byte[] Frame(int seed)
    {
        var random = new Random(seed);
        byte[] pixels = new byte[Width * Height * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(40 + (i / (Width * 3) / 2) + random.Next(20));
        }

        return JpegEncoder.Encode(new RgbImage(Width, Height, pixels), 85);
    }

    private static async IAsyncEnumerable<TrainingImage> Images(byte[][] frames)
    {
        foreach (byte[] frame in frames)
        {
            await Task.Yield();
            yield return new TrainingImage("frame", frame);
        }
    }

    private sealed class Told(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }
}

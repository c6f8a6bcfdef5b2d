using System.Globalization;
using Guardian.Models;
using Guardian.SceneSets;

namespace Guardian.Bench.Training;

/// <summary>From 500 pictures to a model that can be deployed, with the default options.</summary>
internal static class ModelBenchmark
{
    private const int Frames = 500;

    /// <summary>proc(5): sets the peak of the resident memory to what it is now.</summary>
    private const string ResetPeak = "5";

    private const double SecondsLimit = 180, MegabytesLimit = 700;

    public static async Task RunAsync()
    {
        byte[][] frames = [.. Scenes.Street(seed: 1, size: Frames).Training];

        // Rendering took memory of its own; the peak is to be the training's.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        File.WriteAllText("/proc/self/clear_refs", ResetPeak);
        var request = new TrainingRequest { CameraId = "street", Images = Images(frames) };
        TrainedModel model = await new AutoencoderTrainer().TrainAsync(request, null, CancellationToken.None);
        double megabytes = PeakKilobytes() / 1024.0;
        Console.WriteLine(FormattableString.Invariant(
            $"{Frames} pictures to a model: {model.Metrics.Seconds:0} s, {model.Metrics.Seconds / SecondsLimit:0.00} of {SecondsLimit:0} s; peak memory of the process {megabytes:0} MB, {megabytes / MegabytesLimit:0.00} of {MegabytesLimit:0} MB"));
    }

    public static async IAsyncEnumerable<TrainingImage> Images(byte[][] frames)
    {
        foreach ((int i, byte[] jpeg) in frames.Index())
        {
            yield return new TrainingImage($"{i}", jpeg);
        }

        await Task.CompletedTask;
    }

    private static double PeakKilobytes()
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}

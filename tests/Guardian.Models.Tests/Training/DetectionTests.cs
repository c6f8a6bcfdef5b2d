using System.Diagnostics;
using Guardian.Models.Tests.Support;
using Guardian.Shared.Imaging;
using Guardian.Testing;
using Xunit.Abstractions;

namespace Guardian.Models.Tests.Training;

/// <summary>Does a model do what it is for: stay silent on normal frames and speak up for what does not belong there.</summary>
public sealed class DetectionTests(ITestOutputHelper output)
{
    private const string StreetVideo = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";

    [Fact(Timeout = 300_000)]
    public async Task under_changing_daylight_people_are_found_and_normal_frames_stay_silent()
    {
        var yard = new Scene(640, 480);
        (double[] normal, double[] people, TrainedModel model) = await Judge(
            yard.NormalDay(120, 1), yard.NormalDay(100, 10_000), yard.DayWithPeople(50, 20_000), new TrainingOptions());
        Assert.True(normal.Count(s => s > model.Threshold) <= 2, "more than 2 of 100 normal frames alarm");
        Assert.True(people.Count(s => s > model.Threshold) >= 45, "fewer than 45 of 50 people alarm");
        Assert.True(Auroc(normal, people) > 0.99);
        Assert.True(people.Order().ElementAt(people.Length / 2) > 2 * model.Threshold, "a typical person is not clearly above the threshold");
    }

    [RequiresFact("ffmpeg", StreetVideo, Timeout = 300_000)]
    public async Task on_a_real_street_a_large_object_stands_out_from_the_pedestrians()
    {
        byte[][] frames = await StreetFrames();
        byte[][] later = [.. frames.Where((_, i) => i % 2 == 1)];
        var random = new Random(5);
        byte[][] withObject = [.. later.Take(40).Select(jpeg =>
        {
            RgbImage image = JpegDecoder.Decode(jpeg, JpegLimits.Default);
            Intruder.Paste(image, random, 0.25, 0.55);
            return Scene.Jpeg(image);
        })];
        (double[] normal, double[] objects, TrainedModel model) = await Judge(
            [.. frames.Where((_, i) => i % 2 == 0)], later, withObject, new TrainingOptions { InputWidth = 128, InputHeight = 128 });
        Assert.True(normal.Count(s => s > model.Threshold) <= normal.Length * 0.02, "more than 2 % of normal frames alarm");
        Assert.True(Auroc(normal, objects) > 0.95);
        Assert.True(objects.Average() > 1.5 * normal.Average());
    }

    private async Task<(double[] Normal, double[] Odd, TrainedModel Model)> Judge(byte[][] training, byte[][] normal, byte[][] odd, TrainingOptions options)
    {
        var request = new TrainingRequest { CameraId = "cam-1", Images = Sample.Images(training), Options = options };
        TrainedModel model = await new AutoencoderTrainer().TrainAsync(request, null, default);
        using var scorer = new ModelScorer(model.Onnx);
        double[] normalScores = [.. normal.Select(j => scorer.Score(j).Score)], oddScores = [.. odd.Select(j => scorer.Score(j).Score)];
        output.WriteLine(FormattableString.Invariant($"{model.Metrics}, threshold {model.Threshold:0.00}"));
        output.WriteLine(FormattableString.Invariant(
            $"normal {normalScores.Average():0.00}, at most {normalScores.Max():0.00}, {normalScores.Count(s => s > model.Threshold)} of {normal.Length} alarm"));
        output.WriteLine(FormattableString.Invariant(
            $"odd {oddScores.Average():0.00}, at least {oddScores.Min():0.00}, {oddScores.Count(s => s > model.Threshold)} of {odd.Length} alarm"));
        output.WriteLine(FormattableString.Invariant($"AUROC {Auroc(normalScores, oddScores):0.0000}"));
        return (normalScores, oddScores, model);
    }

    /// <summary>The chance that an odd frame scores higher than a normal one.</summary>
    private static double Auroc(double[] normal, double[] odd) =>
        normal.Sum(n => odd.Count(o => o > n) + (0.5 * odd.Count(o => o == n))) / ((double)normal.Length * odd.Length);

    private static async Task<byte[][]> StreetFrames()
    {
        using var folder = new TemporaryFolder();
        using Process ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-i", StreetVideo, "-vf", "fps=3", "-q:v", "3", folder.File("%04d.jpg")]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
        return [.. Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
    }
}

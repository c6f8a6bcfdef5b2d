using System.Diagnostics;
using Guardian.Models;
using Guardian.Models.Training;
using Guardian.Models.Training.Graph;

namespace Guardian.Bench.Training;

/// <summary>Times single training steps of the standard network on random pictures.</summary>
internal static class StepBenchmark
{
    public const int Batch = 16;
    private const int WarmUp = 5;

    public static double MedianMilliseconds(int steps, int threads)
    {
        AutoencoderShape shape = AutoencoderShape.Of(new TrainingOptions(), Batch);
        using var session = new TrainingSession(shape, FlatBackground(shape), ParameterLayout.Draw(shape, 1), threads);
        var random = new Random(1);
        foreach (ref float pixel in session.Images)
        {
            pixel = random.NextSingle();
        }

        var times = new List<double>();
        for (int i = 0; i < WarmUp + steps; i++)
        {
            long started = Stopwatch.GetTimestamp();
            session.Step(0.002);
            if (i >= WarmUp)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }

    public static Background FlatBackground(AutoencoderShape shape)
    {
        float[] mean = new float[shape.PixelsPerImage];
        Array.Fill(mean, 0.5f);
        return new Background(mean, 4);
    }
}

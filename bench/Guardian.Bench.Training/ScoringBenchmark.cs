using System.Diagnostics;
using Guardian.Models;
using Guardian.Models.Inference;
using Guardian.Models.Training.Graph;

namespace Guardian.Bench.Training;

/// <summary>Times scoring of decoded frames, preprocessing included, on an untrained model: the arithmetic is the same.</summary>
internal static class ScoringBenchmark
{
    private const int WarmUp = 5;
    private const int Frames = 60;

    public static double FramesPerSecond(int width, int height)
    {
        AutoencoderShape shape = AutoencoderShape.Standard(1, 224, 128);
        float[] ones = new float[ScoringGraph.MapSize(224) * ScoringGraph.MapSize(224)];
        Array.Fill(ones, 1);
        byte[] onnx = InferenceGraph.Build(
            shape, StepBenchmark.FlatBackground(shape), ParameterLayout.Draw(shape, 1), new PatchStatistics(ones, ones), 1);
        using var scorer = new ModelScorer(onnx);
        byte[] frame = new byte[width * height * 3];
        new Random(1).NextBytes(frame);
        long started = 0;
        for (int i = 0; i < WarmUp + Frames; i++)
        {
            if (i == WarmUp)
            {
                started = Stopwatch.GetTimestamp();
            }

            scorer.Score(frame, width, height);
        }

        return Frames / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}

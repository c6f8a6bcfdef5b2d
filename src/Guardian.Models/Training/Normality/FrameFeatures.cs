using Guardian.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Training.Normality;

/// <summary>The features of training frames, computed by the same graph nodes that the exported model has.</summary>
/// <param name="Places">[places, features] of each frame, in steps of <see cref="Step"/>.</param>
/// <param name="Light">Coarse brightness and colour of each frame.</param>
/// <param name="Mood">Mean, then deviation, of each feature over the places, for each frame.</param>
internal sealed record FrameFeatures(short[][] Places, float[][] Light, float[][] Mood)
{
    /// <summary>Features lie well within −8 to 8, and a camera's noise is forty times as coarse as this.</summary>
    public const float Step = 1f / 4096;

    /// <summary>What is told of each frame.</summary>
    public delegate void Receive(int frame, ReadOnlySpan<float> places, float[] light, float[] mood);

    public static FrameFeatures Of(FrameSet frames, int width, int height, int threads, CancellationToken cancellationToken)
    {
        var result = new FrameFeatures(new short[frames.Count][], new float[frames.Count][], new float[frames.Count][]);
        Each(frames, width, height, threads, (frame, places, light, mood) =>
        {
            result.Places[frame] = Encode(places);
            (result.Light[frame], result.Mood[frame]) = (light, mood);
        }, cancellationToken);
        return result;
    }

    /// <summary>Computes the features of one frame after the other, in full precision.</summary>
    public static void Each(FrameSet frames, int width, int height, int threads, Receive receive, CancellationToken cancellationToken)
    {
        using InferenceSession session = OnnxSessions.Open(FeatureGraph.Build(width, height), threads, spin: false);
        using var run = new RunOptions();
        float[] pixels = new float[frames.ValuesPerFrame];
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, height, width]);
        for (int i = 0; i < frames.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            frames.CopyTo(i, pixels);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [FeatureGraph.Pixels], [input], [FeatureGraph.Features, FeatureGraph.Light]);
            ReadOnlySpan<float> features = outputs[0].GetTensorDataAsSpan<float>();
            receive(i, features, outputs[1].GetTensorDataAsSpan<float>().ToArray(), MeanAndDeviation(features));
        }
    }

    public static short[] Encode(ReadOnlySpan<float> features)
    {
        short[] encoded = new short[features.Length];
        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i] = (short)Math.Clamp(MathF.Round(features[i] / Step), short.MinValue, short.MaxValue);
        }

        return encoded;
    }

    /// <summary>The features of one frame.</summary>
    public float[] Decode(int frame)
    {
        float[] features = new float[Places[frame].Length];
        for (int i = 0; i < features.Length; i++)
        {
            features[i] = Places[frame][i] * Step;
        }

        return features;
    }

    private static float[] MeanAndDeviation(ReadOnlySpan<float> features)
    {
        const int count = FeatureGraph.Count;
        double[] sum = new double[count], squares = new double[count];
        int places = features.Length / count;
        for (int i = 0; i < features.Length; i++)
        {
            sum[i % count] += features[i];
            squares[i % count] += (double)features[i] * features[i];
        }

        float[] result = new float[2 * count];
        for (int i = 0; i < count; i++)
        {
            double mean = sum[i] / places;
            result[i] = (float)mean;
            result[count + i] = (float)Math.Sqrt(Math.Max(0, (squares[i] / places) - (mean * mean)));
        }

        return result;
    }
}

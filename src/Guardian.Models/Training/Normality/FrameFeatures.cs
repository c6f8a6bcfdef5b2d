using Guardian.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Training.Normality;

/// <summary>The features of training frames, computed by the same graph nodes that the exported model has.</summary>
/// <param name="Places">[places, features] of each frame, in steps of <see cref="Step"/>.</param>
/// <param name="Light">Coarse brightness and colour of each frame.</param>
internal sealed record FrameFeatures(short[][] Places, float[][] Light)
{
    /// <summary>Features lie well within −8 to 8, and a camera's noise is forty times as coarse as this.</summary>
    public const float Step = 1f / 4096;

    /// <summary>What is told of each frame.</summary>
    public delegate void Receive(int frame, ReadOnlySpan<float> places, float[] light);

    public static FrameFeatures Of(FrameSet frames, int width, int height, int threads, CancellationToken cancellationToken)
    {
        var result = new FrameFeatures(new short[frames.Count][], new float[frames.Count][]);
        Each(frames, width, height, threads, (frame, places, light) =>
        {
            result.Places[frame] = Encode(places);
            result.Light[frame] = light;
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
            receive(i, outputs[0].GetTensorDataAsSpan<float>(), outputs[1].GetTensorDataAsSpan<float>().ToArray());
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

    /// <summary>Writes the features of one frame, [places, features].</summary>
    public void Decode(int frame, Span<float> features)
    {
        short[] encoded = Places[frame];
        for (int i = 0; i < encoded.Length; i++)
        {
            features[i] = encoded[i] * Step;
        }
    }
}

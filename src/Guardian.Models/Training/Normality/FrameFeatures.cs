using System.Numerics.Tensors;
using Guardian.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Training.Normality;

/// <summary>The features of training frames, computed by the same graph nodes that the exported model has.</summary>
/// <param name="Places">[places, features] of each frame, as 16-bit floats: a camera's noise is coarser than their steps.</param>
/// <param name="Light">Coarse brightness and colour of each frame.</param>
/// <param name="Mood">Mean, then deviation, of each feature over the places, for each frame.</param>
internal sealed record FrameFeatures(Half[][] Places, float[][] Light, float[][] Mood)
{
    public static FrameFeatures Of(FrameSet frames, int width, int height, int threads, CancellationToken cancellationToken)
    {
        using InferenceSession session = OnnxSessions.Open(FeatureGraph.Build(width, height), threads, spin: false);
        using var run = new RunOptions();
        float[] pixels = new float[frames.ValuesPerFrame];
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, [1, 3, height, width]);
        var result = new FrameFeatures(new Half[frames.Count][], new float[frames.Count][], new float[frames.Count][]);
        for (int i = 0; i < frames.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            frames.CopyTo(i, pixels);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [FeatureGraph.Pixels], [input], [FeatureGraph.Features, FeatureGraph.Light]);
            ReadOnlySpan<float> features = outputs[0].GetTensorDataAsSpan<float>();
            var half = new Half[features.Length];
            TensorPrimitives.ConvertToHalf(features, half);
            result.Places[i] = half;
            result.Light[i] = outputs[1].GetTensorDataAsSpan<float>().ToArray();
            result.Mood[i] = MeanAndDeviation(features);
        }

        return result;
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

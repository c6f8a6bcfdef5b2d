using Guardian.Models.Inference;
using Guardian.Models.Training.Graph;
using Guardian.Models.Training.Normality;

namespace Guardian.Models.Training;

/// <summary>Holds an exported model, loaded afresh, against the code that calibrated it: on held-out frames both must give the same score.</summary>
internal static class ExportCheck
{
    private const int MaxFrames = 24;

    /// <summary>Of 1, or of the score where that is larger: sums are in another order.</summary>
    private const double Tolerance = 0.05;

    /// <returns>The scorer's scores of the frames that were looked at.</returns>
    /// <exception cref="ModelException">They differ.</exception>
    public static double[] Run(
        ModelScorer scorer, AutoencoderShape shape, Background background, IReadOnlyDictionary<string, float[]> parameters, NormalityModel normality,
        IReadOnlyList<ReconstructionNorm> reconstruction, FrameSet heldOut, int threads, CancellationToken cancellationToken)
    {
        FrameSet frames = Some(heldOut);
        using var evaluator = new Evaluator(shape, background, threads);
        float[][] errors = evaluator.PlaceErrors(frames, parameters);
        double[] scores = Scores(scorer, shape, frames);
        FrameFeatures.Each(frames, shape.Width, shape.Height, threads, (i, places, light) =>
        {
            double expected = NormalityScore.Of(normality, reconstruction, places.ToArray(), light, errors[i]).Max();
            if (!(Math.Abs(scores[i] - expected) <= Tolerance * Math.Max(1, Math.Abs(expected))))
            {
                throw new ModelException($"The exported model scores a held-out frame {scores[i]:0.0000}, the training {expected:0.0000}: ONNX Runtime computes it wrongly here.");
            }
        }, cancellationToken);
        return scores;
    }

    /// <summary>Scores of frames that have the network's own size already, by which the model's preprocessing changes nothing.</summary>
    public static double[] Scores(ModelScorer scorer, AutoencoderShape shape, FrameSet frames)
    {
        float[] pixels = new float[frames.ValuesPerFrame];
        byte[] rgb = new byte[frames.ValuesPerFrame];
        int places = shape.Width * shape.Height;
        double[] scores = new double[frames.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            frames.CopyTo(i, pixels);
            for (int p = 0; p < rgb.Length; p++)
            {
                rgb[(p % places * 3) + (p / places)] = (byte)MathF.Round(pixels[p] * 255);
            }

            scores[i] = scorer.Score(rgb, shape.Width, shape.Height).Score;
        }

        return scores;
    }

    /// <summary>Some of the frames, evenly spaced.</summary>
    public static FrameSet Some(FrameSet heldOut)
    {
        int count = Math.Min(MaxFrames, heldOut.Count);
        return heldOut.Subset(Enumerable.Range(0, count).Select(i => (int)((long)i * heldOut.Count / count)));
    }
}

using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>From the values that a part of the score has on normal frames to the limit that only a given share of further ones is to pass.</summary>
/// <remarks>
/// The wanted share is far smaller than one in the number of frames, so the tail is extrapolated: excesses over a high quantile u are taken to follow a generalised Pareto
/// distribution (peaks over threshold; Pickands 1975), fitted by probability-weighted moments (Hosking and Wallis 1987, doi:10.2307/1269343). With its scale σ and
/// shape k, limit = u + σ/k · (1 − (wanted share ÷ share of frames above u)ᵏ). The strangest fiftieth of the frames has no say in it: among what was labelled normal
/// there often is something that was not, and one such frame would blind the camera.
/// </remarks>
internal static class ScoreLimit
{
    private const double TailShare = 1.0 / 8, IgnoredShare = 1.0 / 50;
    private const int MinTail = 8;

    /// <summary>
    /// From a tail that is a little heavier than an exponential one (0) to one that ends. What some dozen excesses say of the shape beyond that is chance.
    /// </summary>
    private const double HeaviestShape = -0.1, LightestShape = 0.3;

    /// <summary>Shapes nearer to 0 are exponential; the formula has a gap there.</summary>
    private const double Exponential = 1e-6;

    /// <summary>Even where all frames are alike, a part must rise by this before it is anomalous.</summary>
    private const double LeastRange = 0.3;

    /// <summary>
    /// What the range from middle to limit is widened by: each of several parts can raise the alarm, and other days differ from those shown. Measured (docs/training.md): a
    /// quarter of the false alarms for two events in a hundred.
    /// </summary>
    private const double Margin = 1.4;

    /// <summary>Frames that widen the range by as much as it has: what few frames have not shown is not yet anomalous.</summary>
    private const double DoublingFrames = 10;

    /// <param name="values">Of at least 3 frames that the part was not fitted on.</param>
    /// <param name="share">Of further normal frames above the limit, 0 to 0.2.</param>
    public static ScoreScale Of(IReadOnlyList<float> values, double share)
    {
        float[] sorted = [.. values.Order()];
        double middle = sorted[sorted.Length / 2];
        int kept = sorted.Length - (int)(sorted.Length * IgnoredShare), tail = Math.Min(kept - 1, Math.Max(MinTail, (int)(sorted.Length * TailShare)));
        double start = sorted[kept - tail - 1], above = (double)(sorted.Length - kept + tail) / sorted.Length;
        (double scale, double shape) = Fit([.. sorted[(kept - tail)..kept].Select(v => v - start)]);
        double rarity = Math.Max(1, above / share);
        double limit = start + (Math.Abs(shape) < Exponential ? scale * Math.Log(rarity) : scale / shape * (1 - Math.Pow(rarity, -shape)));
        limit = Math.Max(limit, sorted[kept - 1]);
        limit = middle + ((limit - middle) * (Margin + (DoublingFrames / sorted.Length)));
        return new ScoreScale((float)middle, (float)Math.Max(limit, middle + LeastRange));
    }

    /// <summary>Scale and shape of a generalised Pareto distribution.</summary>
    /// <param name="excesses">Ascending, none below 0.</param>
    private static (double Scale, double Shape) Fit(double[] excesses)
    {
        // Plotting positions (i − 0.35) ÷ n, as in the source.
        double mean = excesses.Average(), weighted = excesses.Select((e, i) => (1 - ((i + 0.65) / excesses.Length)) * e).Average();
        double difference = mean - (2 * weighted);
        double shape = difference > 0 ? Math.Clamp((mean / difference) - 2, HeaviestShape, LightestShape) : HeaviestShape;

        // The mean is scale ÷ (1 + shape): kept, whatever the bounds did to the shape.
        return (mean * (1 + shape), shape);
    }
}

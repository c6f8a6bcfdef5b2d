using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>From the values that a part of the score has on normal frames to the limit that only a given share of further ones is to pass.</summary>
/// <remarks>
/// The wanted share is far smaller than one in the number of frames, so the tail is extrapolated: excesses over a high quantile are taken to be exponential (peaks over
/// threshold with shape 0; Pickands 1975), limit = u + mean excess · ln(share of frames above u ÷ wanted share). The strangest fiftieth of the frames has no say
/// in it: among what was labelled normal there is often something that was not, and one such frame would blind the camera.
/// </remarks>
internal static class ScoreLimit
{
    private const double TailShare = 1.0 / 8, IgnoredShare = 1.0 / 50;
    private const int MinTail = 8;

    /// <summary>Even where all frames are alike, a part must rise by this before it is anomalous.</summary>
    private const double LeastRange = 0.3;

    /// <summary>So many frames double the range that a limit from very many would have: what few frames have not shown is not yet anomalous.</summary>
    private const double DoublingFrames = 10;

    /// <param name="values">Of at least 3 frames that the part was not fitted on.</param>
    /// <param name="share">Of further normal frames above the limit, 0 to 0.2.</param>
    public static ScoreScale Of(IReadOnlyList<float> values, double share)
    {
        float[] sorted = [.. values.Order()];
        double middle = sorted[sorted.Length / 2];
        int kept = sorted.Length - (int)(sorted.Length * IgnoredShare), tail = Math.Min(kept - 1, Math.Max(MinTail, (int)(sorted.Length * TailShare)));
        double start = sorted[kept - tail - 1], excess = 0;
        for (int i = kept - tail; i < kept; i++)
        {
            excess += sorted[i] - start;
        }

        double above = (double)(sorted.Length - kept + tail) / sorted.Length;
        double limit = start + (excess / tail * Math.Log(Math.Max(1, above / share)));
        limit = Math.Max(limit, sorted[kept - 1]);
        limit = middle + ((limit - middle) * (1 + (DoublingFrames / sorted.Length)));
        return new ScoreScale((float)middle, (float)Math.Max(limit, middle + LeastRange));
    }
}

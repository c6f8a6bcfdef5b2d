using Guardian.Models.Inference;

namespace Guardian.Models.Training;

/// <summary>From the patch errors of held-out frames to what is normal at each place, and to the threshold.</summary>
/// <remarks>
/// <list type="number">
/// <item>Mean and variance of the patch error at each place. The variance is drawn toward the map's average, as if <see cref="PriorFrames"/> further frames
/// had shown the average, because a handful of frames gives some places a far too small one by chance.</item>
/// <item>The score of each held-out frame, normalised with the other frames only (leave one out): a frame that is part of its own mean and deviation would
/// look more normal than any future frame can.</item>
/// <item>Threshold: the upper prediction bound for one further normal score, mean + t·s·√(1 + 1/n) with t the (1 − false-alarm rate) quantile of
/// Student's t with n − 1 degrees of freedom, and no less than <see cref="MaxMargin"/> times the largest score seen.</item>
/// </list>
/// </remarks>
internal sealed class Calibration
{
    private const double PriorFrames = 10;
    private const double MaxMargin = 1.1;

    /// <summary>One step of an 8-bit pixel value is 1/255; a deviation far below it is rounding, not a property of the scene.</summary>
    private const double DeviationFloor = 0.1 / 255;

    private readonly float[][] _errors;
    private readonly double[] _sum;
    private readonly double[] _sumOfSquares;

    private Calibration(float[][] errors, double falseAlarmRate)
    {
        _errors = errors;
        (_sum, _sumOfSquares) = (new double[errors[0].Length], new double[errors[0].Length]);
        foreach (float[] frame in errors)
        {
            for (int i = 0; i < frame.Length; i++)
            {
                _sum[i] += frame[i];
                _sumOfSquares[i] += (double)frame[i] * frame[i];
            }
        }

        Statistics = StatisticsWithout(null);
        Scores = [.. errors.Select(f => Score(f, StatisticsWithout(f)))];
        Mean = Scores.Average();
        Deviation = Math.Sqrt(Scores.Sum(s => (s - Mean) * (s - Mean)) / (Scores.Count - 1));
        double t = StudentT.Quantile(1 - falseAlarmRate, Scores.Count - 1);
        Threshold = Math.Max(Mean + (t * Deviation * Math.Sqrt(1 + (1.0 / Scores.Count))), MaxMargin * Scores.Max());
    }

    /// <summary>Over all held-out frames; these go into the model.</summary>
    public PatchStatistics Statistics { get; }

    /// <summary>Each held-out frame's score, normalised without it.</summary>
    public IReadOnlyList<double> Scores { get; }

    public double Mean { get; }

    public double Deviation { get; }

    public double Threshold { get; }

    /// <param name="errors">Patch errors of at least 3 held-out frames, row-major maps of equal length.</param>
    /// <param name="falseAlarmRate">Share of normal frames above the threshold that is wanted at most.</param>
    public static Calibration Of(float[][] errors, double falseAlarmRate) => new(errors, falseAlarmRate);

    /// <summary>The same score that <see cref="ScoringGraph.Score"/> computes.</summary>
    public static double Score(float[] errors, PatchStatistics statistics)
    {
        float[] normalised = new float[errors.Length];
        for (int i = 0; i < errors.Length; i++)
        {
            normalised[i] = (errors[i] - statistics.Mean[i]) / statistics.Deviation[i];
        }

        Array.Sort(normalised);
        int count = ScoringGraph.StrongestCount((int)Math.Round(Math.Sqrt(errors.Length)));
        return normalised.AsSpan(normalised.Length - count).ToArray().Average();
    }

    private PatchStatistics StatisticsWithout(float[]? left)
    {
        int frames = _errors.Length - (left is null ? 0 : 1), places = _sum.Length;
        double[] variance = new double[places];
        float[] mean = new float[places], deviation = new float[places];
        for (int i = 0; i < places; i++)
        {
            double value = left?[i] ?? 0;
            double average = (_sum[i] - value) / frames;
            mean[i] = (float)average;
            variance[i] = Math.Max(0, (_sumOfSquares[i] - (value * value) - (frames * average * average)) / (frames - 1));
        }

        double typical = variance.Average();
        for (int i = 0; i < places; i++)
        {
            double shrunk = ((frames * variance[i]) + (PriorFrames * typical)) / (frames + PriorFrames);
            deviation[i] = (float)Math.Max(DeviationFloor, Math.Sqrt(shrunk));
        }

        return new PatchStatistics(mean, deviation);
    }
}

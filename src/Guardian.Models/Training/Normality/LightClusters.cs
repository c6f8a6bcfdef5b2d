using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>Sorts frames into kinds of light by k-means.</summary>
internal static class LightClusters
{
    private const int Rounds = 30;

    /// <summary>
    /// Kinds that lie closer together than this are one: over all <see cref="FeatureGraph.LightCount"/> values about 6 % of brightness, or 2 % of colour.
    /// </summary>
    private const float LeastApart = 0.25f;

    /// <summary>A kind of light with fewer frames says too little about what is normal in it.</summary>
    private const int MinFrames = 40;

    /// <param name="points">Frames in the space of the light.</param>
    /// <param name="most">Kinds at most.</param>
    /// <returns>The centres.</returns>
    public static IReadOnlyList<float[]> Of(IReadOnlyList<float[]> points, int most)
    {
        for (int k = most; k > 1; k--)
        {
            float[][] centres = Means(points, k);
            if (points.CountBy(p => Nearest(centres, p)).All(c => c.Value >= MinFrames) && Apart(centres))
            {
                return centres;
            }
        }

        return Means(points, 1);
    }

    private static bool Apart(float[][] centres) =>
        centres.Index().All(a => centres.Index().All(b => a.Index == b.Index || Distance(a.Item, b.Item) >= LeastApart));

    public static float Distance(float[] a, float[] b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return MathF.Sqrt(sum);
    }

    private static float[][] Means(IReadOnlyList<float[]> points, int k)
    {
        // Each first centre is the point that is farthest from those before it: the same every time, and far apart.
        var centres = new List<float[]> { Mean(points) };
        if (k > 1)
        {
            centres[0] = points.MaxBy(p => Distance(p, centres[0]))!;
        }

        while (centres.Count < k)
        {
            centres.Add(points.MaxBy(p => centres.Min(c => Distance(p, c)))!);
        }

        float[][] means = [.. centres];
        for (int round = 0; round < Rounds; round++)
        {
            ILookup<int, float[]> members = points.ToLookup(p => Nearest(means, p));
            means = [.. means.Select((old, i) => members.Contains(i) ? Mean([.. members[i]]) : old)];
        }

        return means;
    }

    private static int Nearest(float[][] centres, float[] point)
    {
        int best = 0;
        for (int i = 1; i < centres.Length; i++)
        {
            if (Distance(centres[i], point) < Distance(centres[best], point))
            {
                best = i;
            }
        }

        return best;
    }

    private static float[] Mean(IReadOnlyList<float[]> points)
    {
        double[] sum = new double[points[0].Length];
        foreach (float[] point in points)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += point[i];
            }
        }

        return [.. sum.Select(s => (float)(s / points.Count))];
    }
}

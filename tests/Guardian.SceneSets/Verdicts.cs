namespace Guardian.SceneSets;

/// <summary>How well scores tell events from normal frames.</summary>
/// <param name="frames">What was scored.</param>
/// <param name="scores">In the same order.</param>
/// <param name="threshold">Above it a frame alarms.</param>
public sealed class Verdicts(IReadOnlyList<SceneFrame> frames, IReadOnlyList<double> scores, double threshold)
{
    /// <summary>The chance that a frame of an event scores higher than a normal one.</summary>
    public double Auroc => Against(_ => true);

    /// <summary>The same by kind of anomaly.</summary>
    public IReadOnlyDictionary<AnomalyKind, double> ByKind =>
        frames.Where(f => f.Kind is not null).Select(f => f.Kind!.Value).Distinct().Order().ToDictionary(k => k, k => Against(f => f.Kind == k));

    /// <summary>The same by light, events and normal frames both of that light; lights that lack one of them are left out.</summary>
    public IReadOnlyDictionary<string, double> ByCondition =>
        frames.GroupBy(f => f.Condition).Where(g => g.Any(f => f.Kind is null) && g.Any(f => f.Kind is not null)).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(
            g => g.Key, g => Area(Scores(f => f.Kind is null && f.Condition == g.Key), Scores(f => f.Kind is not null && f.Condition == g.Key)));

    /// <summary>Normal frames.</summary>
    public int NormalFrames => frames.Count(f => f.Kind is null);

    /// <summary>Normal frames above the threshold.</summary>
    public int FalseAlarms => Scores(f => f.Kind is null).Count(s => s > threshold);

    /// <summary>The share of events of which at least one frame is above the threshold.</summary>
    public double Recall => RecallOf(frames.Where(f => f.Kind is not null).Select(f => f.Kind!.Value).Distinct());

    /// <summary>The same for events of some kinds.</summary>
    public double RecallOf(IEnumerable<AnomalyKind> kinds)
    {
        HashSet<AnomalyKind> wanted = [.. kinds];
        return frames.Zip(scores).Where(f => f.First.Kind is { } kind && wanted.Contains(kind)).GroupBy(f => f.First.Event).Average(e => e.Any(f => f.Second > threshold) ? 1.0 : 0);
    }

    private static double Area(double[] normal, double[] odd)
    {
        // Rank sum of Mann and Whitney, ties counted half.
        double[] sorted = [.. normal.Order()];
        double below = odd.Sum(o => (Rank(sorted, o, after: false) + Rank(sorted, o, after: true)) / 2.0);
        return below / ((double)normal.Length * odd.Length);
    }

    private static int Rank(double[] sorted, double value, bool after)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = sorted[middle] < value || (after && sorted[middle] == value) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private double Against(Func<SceneFrame, bool> which) => Area(Scores(f => f.Kind is null), Scores(f => f.Kind is not null && which(f)));

    private double[] Scores(Func<SceneFrame, bool> which) => [.. frames.Zip(scores).Where(f => which(f.First)).Select(f => f.Second)];
}

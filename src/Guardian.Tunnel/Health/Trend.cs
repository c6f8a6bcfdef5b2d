namespace Guardian.Tunnel;

/// <summary>A straight line through points, by least squares.</summary>
/// <param name="PerHour">How much it rises in an hour.</param>
/// <param name="Fit">How much of the points' spread it explains, 0 to 1 (the coefficient of determination).</param>
internal readonly record struct Trend(double PerHour, double Fit)
{
    /// <summary>The line; null with fewer than three points or all at one instant.</summary>
    public static Trend? Through(IReadOnlyList<(DateTimeOffset At, double Value)> points)
    {
        if (points.Count < 3)
        {
            return null;
        }

        // Relative to the first point: sums of squares of absolute values would lose the digits that matter.
        double[] x = [.. points.Select(p => (p.At - points[0].At).TotalHours)], y = [.. points.Select(p => p.Value - points[0].Value)];
        double meanX = x.Average(), meanY = y.Average();
        double xx = x.Sum(v => (v - meanX) * (v - meanX)), yy = y.Sum(v => (v - meanY) * (v - meanY)), xy = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        return xx == 0 ? null : new Trend(xy / xx, yy == 0 ? 0 : xy * xy / (xx * yy));
    }
}

namespace Guardian.Storage;

/// <summary>Exponential waits with jitter, so that what failed together does not come again together.</summary>
internal static class Backoff
{
    /// <summary>The wait after so many failures before this one: doubled each time up to the longest, then ±20 %.</summary>
    public static TimeSpan Of(TimeSpan first, TimeSpan longest, int before)
    {
        double doubled = first.TotalSeconds * Math.Pow(2, Math.Min(before, 30));
        double jitter = 0.8 + (0.4 * Random.Shared.NextDouble());
        return TimeSpan.FromSeconds(Math.Min(doubled, longest.TotalSeconds) * jitter);
    }
}

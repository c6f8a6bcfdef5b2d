namespace Guardian.Tunnel;

/// <summary>The newest round trips of an edge, and their percentiles. Not safe for use by many threads.</summary>
internal sealed class LatencyWindow
{
    private const int Size = 128;
    private readonly TimeSpan[] _samples = new TimeSpan[Size];
    private int _count;

    public void Add(TimeSpan sample) => _samples[_count++ % Size] = sample;

    /// <summary>The sample that a share of them does not exceed (nearest rank); null when there is none.</summary>
    public TimeSpan? Percentile(double share)
    {
        int count = Math.Min(_count, Size);
        if (count == 0)
        {
            return null;
        }

        TimeSpan[] sorted = [.. _samples[..count].Order()];
        return sorted[Math.Max(0, (int)Math.Ceiling(share * count) - 1)];
    }
}

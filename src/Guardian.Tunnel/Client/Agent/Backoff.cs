namespace Guardian.Tunnel;

/// <summary>Waits between attempts: doubling, and each between half of it and the whole, so that a thousand edges whose node was away do not return in one moment. Not safe for use by many threads.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan last, Random random)
{
    private TimeSpan? _next;

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        TimeSpan whole = _next ?? first;
        _next = whole * 2 < last ? whole * 2 : last;
        return whole * (0.5 + (random.NextDouble() / 2));
    }

    /// <summary>An attempt succeeded.</summary>
    public void Reset() => _next = null;
}

namespace Guardian.Tunnel;

/// <summary>The contract's instants: whole nanoseconds since the Unix epoch. .NET keeps 100 ns.</summary>
public static class UnixNanoseconds
{
    private const int PerTick = 100;

    /// <summary>Turns an instant into nanoseconds.</summary>
    public static long From(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * PerTick;

    /// <summary>Turns nanoseconds into an instant. Every 64-bit value is within range (years 1677 to 2262).</summary>
    public static DateTimeOffset ToInstant(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / PerTick);
}

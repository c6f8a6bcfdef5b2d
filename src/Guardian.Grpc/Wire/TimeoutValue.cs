using System.Globalization;

namespace Guardian.Grpc.Wire;

/// <summary>The codec of <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class TimeoutValue
{
    /// <summary>Timers count milliseconds in 32 bits; a longer deadline than this is as good as none.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private const long MaxDigits = 99_999_999;

    /// <summary>Rounds up, so that a peer never gets less time than was asked for.</summary>
    public static string Encode(TimeSpan timeout)
    {
        long microseconds = Math.Max(1, timeout.Ticks / TimeSpan.TicksPerMicrosecond + (timeout.Ticks % TimeSpan.TicksPerMicrosecond > 0 ? 1 : 0));
        (long value, char unit) = microseconds switch
        {
            <= MaxDigits => (microseconds, 'u'),
            <= MaxDigits * 1_000 => (CeilingDivide(microseconds, 1_000), 'm'),
            <= MaxDigits * 1_000_000 => (CeilingDivide(microseconds, 1_000_000), 'S'),
            _ => (Math.Min(MaxDigits, CeilingDivide(microseconds, 3_600_000_000)), 'H'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
    }

    /// <summary>Null when the text is malformed.</summary>
    public static TimeSpan? Decode(string text)
    {
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
        {
            return null;
        }

        return text[^1] switch
        {
            'n' => TimeSpan.FromTicks(CeilingDivide(value, TimeSpan.NanosecondsPerTick)),
            'u' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMicrosecond),
            'm' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMillisecond),
            'S' => TimeSpan.FromTicks(value * TimeSpan.TicksPerSecond),
            'M' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMinute),
            'H' => TimeSpan.FromTicks(Math.Min(value, TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerHour) * TimeSpan.TicksPerHour),
            _ => null,
        };
    }

    public static TimeSpan ForTimer(TimeSpan timeout) =>
        timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout > LongestTimer ? LongestTimer : timeout;

    private static long CeilingDivide(long value, long divisor) => (value + divisor - 1) / divisor;
}

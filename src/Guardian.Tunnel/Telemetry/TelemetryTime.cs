using System.Globalization;

namespace Guardian.Tunnel;

/// <summary>The instants of telemetry: whole Unix seconds in its tables, ISO 8601 in a camera's <c>last_seen</c>.</summary>
internal static class TelemetryTime
{
    private const int DateLength = 10;

    public static long ToSeconds(DateTimeOffset instant) => instant.ToUnixTimeSeconds();

    public static DateTimeOffset FromSeconds(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);

    /// <summary>Seconds of a bucket.</summary>
    public static int WidthOf(TelemetryResolution resolution) => resolution switch
    {
        TelemetryResolution.Raw => 1,
        TelemetryResolution.Minute => 60,
        TelemetryResolution.Hour => 3600,
        _ => 86_400,
    };

    /// <summary>The start of the bucket that holds an instant.</summary>
    public static long Floor(long seconds, TelemetryResolution resolution)
    {
        int width = WidthOf(resolution);
        return seconds - (((seconds % width) + width) % width);
    }

    /// <summary>Reads a date with a time; without an offset it is UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        return text.Length > DateLength && text[DateLength] is 'T' or 't' or ' ' && text[4] == '-' && text[7] == '-'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
    }

    /// <summary>A sound <c>last_seen</c>; null for "never", which is empty or an instant before 1970 (the zero time of some languages).</summary>
    public static DateTimeOffset? ParseLastSeen(string text) => TryParse(text, out DateTimeOffset instant) && instant >= DateTimeOffset.UnixEpoch ? instant : null;
}

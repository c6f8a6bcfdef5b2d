namespace Guardian.Analysis;

/// <summary>The hour of the day that a camera's people live by.</summary>
internal static class LocalTime
{
    public static int Hour(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).Hour;
}

using System.Globalization;

namespace Guardian.Analysis;

/// <summary>Numbers in sentences, the same on every machine.</summary>
internal static class Words
{
    public static string Number(double value) => value.ToString("0.0#", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (share * 100).ToString(share is > 0 and < 0.1 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %";

    public static string Hour(int hour) => string.Create(CultureInfo.InvariantCulture, $"{hour:00}:00 to {hour:00}:59");

    public static string Count(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}

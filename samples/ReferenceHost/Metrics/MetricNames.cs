using System.Text;

namespace Guardian.ReferenceHost.Metrics;

/// <summary>
/// From OpenTelemetry's names and units to Prometheus' (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/): dots become underscores, the unit is written out at the end, counters end with
/// <c>_total</c>.
/// </summary>
internal static class MetricNames
{
    /// <summary>Endings that Prometheus gives to the parts of histograms and counters; a gauge with one of them would be taken for such a part.</summary>
    private static readonly string[] Reserved = ["_count", "_sum", "_bucket", "_total", "_info"];

    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["min"] = "minutes",
        ["h"] = "hours",
        ["d"] = "days",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["Hz"] = "hertz",
        ["Cel"] = "celsius",
        ["%"] = "percent",
    };

    public static string Of(string name, string? unit, MetricKind kind)
    {
        string text = Sanitise(name, allowColon: true);
        string suffix = UnitOf(unit ?? "", kind);
        if (suffix.Length > 0 && !text.EndsWith($"_{suffix}", StringComparison.Ordinal))
        {
            text = $"{text}_{suffix}";
        }

        return kind switch
        {
            MetricKind.Counter => text.EndsWith("_total", StringComparison.Ordinal) ? text : $"{text}_total",
            MetricKind.Gauge when Reserved.Any(r => text.EndsWith(r, StringComparison.Ordinal)) => $"{text}_current",
            _ => text,
        };
    }

    public static string Sanitise(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (char c in name)
        {
            bool isAllowed = char.IsAsciiLetterOrDigit(c) || c == '_' || (allowColon && c == ':');
            text.Append(isAllowed ? c : '_');
        }

        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? $"_{text}" : text.ToString();
    }

    /// <summary>An annotation in braces, such as <c>{request}</c>, is no unit; a rate keeps what it is per.</summary>
    private static string UnitOf(string unit, MetricKind kind)
    {
        if (unit == "1")
        {
            return kind == MetricKind.Gauge ? "ratio" : "";
        }

        string[] parts = unit.Split('/', 2);
        string first = parts[0].StartsWith('{') ? "" : Units.GetValueOrDefault(parts[0], Sanitise(parts[0], allowColon: false).Trim('_'));
        if (parts.Length == 1 || parts[1].StartsWith('{'))
        {
            return first;
        }

        string per = Units.TryGetValue(parts[1], out string? word) ? word.TrimEnd('s') : Sanitise(parts[1], allowColon: false).Trim('_');
        return first.Length == 0 ? $"per_{per}" : $"{first}_per_{per}";
    }
}

using System.Text;

namespace Guardian.ReferenceHost.Metrics;

/// <summary>Attributes of a measurement as Prometheus writes them: sorted, sanitised and escaped, without the braces. Equal attributes give equal text.</summary>
internal static class MetricLabels
{
    /// <summary>Characters of a value at the most; what is longer is cut, because it is no name of a thing.</summary>
    private const int MaxValue = 256;

    public static string Write(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, object? value) in tags)
        {
            labels[MetricNames.Sanitise(key, allowColon: false)] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
        }

        var text = new StringBuilder();
        foreach ((string key, string value) in labels)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(key).Append("=\"").Append(Escape(value.Length > MaxValue ? value[..MaxValue] : value)).Append('"');
        }

        return text.ToString();
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

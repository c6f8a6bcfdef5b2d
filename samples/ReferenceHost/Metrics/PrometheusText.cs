using System.Globalization;
using System.Text;

namespace Guardian.ReferenceHost.Metrics;

/// <summary>Writes metrics in Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(MetricCollector collector)
    {
        var text = new StringBuilder();
        collector.Collect((family, collection) => Write(text, family, collection));
        return text.ToString();
    }

    private static void Write(StringBuilder text, MetricFamily family, long collection)
    {
        bool isFirst = true;
        family.Read(collection, series =>
        {
            if (isFirst)
            {
                text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escape(family.Help.Length > 0 ? family.Help : family.Name)).Append('\n');
                text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind switch { MetricKind.Counter => "counter", MetricKind.Gauge => "gauge", _ => "histogram" }).Append('\n');
                isFirst = false;
            }

            if (family.Kind == MetricKind.Histogram)
            {
                WriteHistogram(text, family, series);
            }
            else
            {
                Line(text, family.Name, series.Labels, series.Value);
            }
        });
    }

    /// <summary>Buckets are cumulative, and the last holds everything.</summary>
    private static void WriteHistogram(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        long count = 0;
        string prefix = series.Labels.Length == 0 ? "" : $"{series.Labels},";
        for (int i = 0; i < series.Buckets.Length; i++)
        {
            count += series.Buckets[i];
            Line(text, $"{family.Name}_bucket", $"{prefix}le=\"{(i < family.Bounds.Count ? Number(family.Bounds[i]) : "+Inf")}\"", count);
        }

        Line(text, $"{family.Name}_sum", series.Labels, series.Value);
        Line(text, $"{family.Name}_count", series.Labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string help) => help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

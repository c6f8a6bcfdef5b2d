using System.Text.Json;

namespace Guardian.Tunnel;

/// <summary>Which metrics an edge and a camera have, and what their columns are called: the metric's name in snake_case.</summary>
internal static class MetricColumns
{
    private static readonly TelemetryMetric[] EdgeMetrics = [.. Enum.GetValues<TelemetryMetric>().Where(m => m < TelemetryMetric.CameraOnline)];
    private static readonly TelemetryMetric[] CameraMetrics = [TelemetryMetric.CameraOnline, TelemetryMetric.CameraSilenceSeconds];

    public static IReadOnlyList<TelemetryMetric> Of(SeriesKind kind) => kind == SeriesKind.Edge ? EdgeMetrics : CameraMetrics;

    public static string NameOf(TelemetryMetric metric) => JsonNamingPolicy.SnakeCaseLower.ConvertName(metric.ToString());
}

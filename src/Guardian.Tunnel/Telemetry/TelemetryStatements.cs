namespace Guardian.Tunnel;

/// <summary>The SQL of one kind of series.</summary>
internal sealed class TelemetryStatements
{
    private static readonly TelemetryStatements Edge = new(SeriesKind.Edge), Camera = new(SeriesKind.Camera);

    private readonly SeriesKind _kind;
    private readonly string _samples;
    private readonly string _rollups;

    private TelemetryStatements(SeriesKind kind)
    {
        _kind = kind;
        string prefix = kind == SeriesKind.Edge ? "edge" : "camera";
        (_samples, _rollups) = ($"{prefix}_samples", $"{prefix}_rollups");
        string[] columns = [.. MetricColumns.Of(kind).Select(MetricColumns.NameOf)];
        InsertSample = $"INSERT OR IGNORE INTO {_samples} (series_id, at, {string.Join(", ", columns)}) VALUES (@Series, @At, {string.Join(", ", columns.Select(c => $"@{c}"))})";
        RollUpSamples = RollUp(_samples, "at", "series_id = @Series AND at >= @Start AND at < @End", c => ($"COUNT({c})", $"MIN({c})", $"MAX({c})", $"TOTAL({c})", c));
        RollUpBuckets = RollUp(
            _rollups, "start", "level = @Level - 1 AND series_id = @Series AND start >= @Start AND start < @End",
            c => ($"SUM({c}_count)", $"MIN({c}_minimum)", $"MAX({c}_maximum)", $"TOTAL({c}_sum)", $"{c}_last"));
        DropSamples = $"DELETE FROM {_samples} WHERE series_id = @Series AND at < @Horizon";
        DropBuckets = $"DELETE FROM {_rollups} WHERE level = @Level AND series_id = @Series AND start < @Horizon";
        IsEmpty = $"""
            NOT EXISTS (SELECT 1 FROM {_samples} WHERE series_id = series.id)
            AND NOT EXISTS (SELECT 1 FROM {_rollups} WHERE level = 1 AND series_id = series.id)
            AND NOT EXISTS (SELECT 1 FROM {_rollups} WHERE level = 2 AND series_id = series.id)
            AND NOT EXISTS (SELECT 1 FROM {_rollups} WHERE level = 3 AND series_id = series.id)
            """;
    }

    public string InsertSample { get; }

    /// <summary>Computes a minute from its samples. Computing it again gives the same.</summary>
    public string RollUpSamples { get; }

    /// <summary>Computes an hour from its minutes or a day from its hours. Computing it again gives the same.</summary>
    public string RollUpBuckets { get; }

    public string DropSamples { get; }

    public string DropBuckets { get; }

    /// <summary>Whether nothing is left of a row of <c>series</c>.</summary>
    public string IsEmpty { get; }

    public static TelemetryStatements For(SeriesKind kind) => kind == SeriesKind.Edge ? Edge : Camera;

    /// <summary>Selects a start and, for each metric, the five columns of <see cref="MetricSummary"/>.</summary>
    public string Select(TelemetryResolution resolution, IEnumerable<TelemetryMetric> metrics)
    {
        IEnumerable<string> names = metrics.Select(MetricColumns.NameOf);
        return resolution == TelemetryResolution.Raw
            ? $"""
                SELECT at, {string.Join(", ", names.Select(c => $"{c} IS NOT NULL, {c}, {c}, {c}, {c}"))} FROM {_samples}
                WHERE series_id = @Series AND at >= @From AND at < @To ORDER BY at LIMIT @Limit
                """
            : $"""
                SELECT start, {string.Join(", ", names.Select(c => $"{c}_count, {c}_minimum, {c}_maximum, {c}_sum, {c}_last"))} FROM {_rollups}
                WHERE level = @Level AND series_id = @Series AND start >= @From AND start < @To ORDER BY start LIMIT @Limit
                """;
    }

    private string RollUp(string source, string time, string span, Func<string, (string Count, string Minimum, string Maximum, string Sum, string Last)> from)
    {
        string[] columns = [.. MetricColumns.Of(_kind).Select(MetricColumns.NameOf)];
        IEnumerable<string> targets = columns.Select(c => $"{c}_count, {c}_minimum, {c}_maximum, {c}_sum, {c}_last");
        IEnumerable<string> values = columns.Select(c =>
        {
            (string count, string minimum, string maximum, string sum, string last) = from(c);
            return $"{count}, {minimum}, {maximum}, {sum}, (SELECT {last} FROM {source} WHERE {span} AND {last} IS NOT NULL ORDER BY {time} DESC LIMIT 1)";
        });
        return $"""
            INSERT OR REPLACE INTO {_rollups} (level, series_id, start, {string.Join(", ", targets)})
            SELECT @Level, @Series, @Start, {string.Join(", ", values)} FROM {source} WHERE {span} GROUP BY series_id
            """;
    }
}

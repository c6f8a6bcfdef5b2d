namespace Guardian.Tunnel;

/// <summary>
/// The migrations of telemetry.db, in order; one that has been released never changes. Times are Unix seconds. What is measured together is one row, with a column a metric in samples and five in
/// roll-ups, so that an edge's minute costs one row.
/// </summary>
internal static class TelemetrySchema
{
    private static readonly string[] EdgeColumns =
    [
        "cpu_usage_percent", "memory_used_bytes", "memory_total_bytes", "disk_used_bytes", "disk_total_bytes", "disk_usage_percent", "event_queue_length", "active_cameras", "inference_time_ms",
        "clips_count", "clips_size_bytes",
    ];

    private static readonly string[] CameraColumns = ["camera_online", "camera_silence_seconds"];

    public static readonly string[] Migrations =
    [
        $"""
        CREATE TABLE series (
            id INTEGER NOT NULL PRIMARY KEY,
            kind INTEGER NOT NULL,
            name TEXT NOT NULL,
            UNIQUE (kind, name)
        );

        CREATE TABLE newest (
            series_id INTEGER NOT NULL PRIMARY KEY REFERENCES series (id),
            at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            data BLOB NOT NULL
        );

        CREATE TABLE camera_states (
            series_id INTEGER NOT NULL PRIMARY KEY REFERENCES series (id),
            edge_id TEXT NOT NULL,
            online INTEGER NOT NULL,
            since INTEGER NOT NULL
        );
        CREATE INDEX camera_states_by_edge ON camera_states (edge_id);

        {Tables("edge", EdgeColumns)}
        {Tables("camera", CameraColumns)}

        -- Buckets whose samples or parts have changed since they were computed.
        CREATE TABLE pending (
            level INTEGER NOT NULL,
            start INTEGER NOT NULL,
            series_id INTEGER NOT NULL,
            PRIMARY KEY (level, start, series_id)
        ) WITHOUT ROWID;

        -- What is older than this is gone; 0 is the level of samples. It only moves forward.
        CREATE TABLE horizons (
            level INTEGER NOT NULL PRIMARY KEY,
            at INTEGER NOT NULL
        );
        INSERT INTO horizons (level, at) VALUES (0, 0), (1, 0), (2, 0), (3, 0);
        """,
    ];

    private static string Tables(string kind, string[] columns) =>
        $"""
        CREATE TABLE {kind}_samples (
            series_id INTEGER NOT NULL,
            at INTEGER NOT NULL,
            {string.Join(", ", columns.Select(c => $"{c} REAL"))},
            PRIMARY KEY (series_id, at)
        ) WITHOUT ROWID;

        CREATE TABLE {kind}_rollups (
            level INTEGER NOT NULL,
            series_id INTEGER NOT NULL,
            start INTEGER NOT NULL,
            {string.Join(", ", columns.Select(c => $"{c}_count INTEGER NOT NULL, {c}_minimum REAL, {c}_maximum REAL, {c}_sum REAL NOT NULL, {c}_last REAL"))},
            PRIMARY KEY (level, series_id, start)
        ) WITHOUT ROWID;
        """;
}

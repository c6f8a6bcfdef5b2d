namespace Guardian.Events;

/// <summary>The migrations, in order. One that has been released never changes.</summary>
internal static class EventSchema
{
    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE events (
            id TEXT NOT NULL PRIMARY KEY,
            camera_id TEXT NOT NULL,
            edge_id TEXT NOT NULL,
            type TEXT NOT NULL,
            occurred_at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            confidence REAL NOT NULL,
            details TEXT NOT NULL,
            frame_count INTEGER NOT NULL,
            stage INTEGER NOT NULL,
            lease_token TEXT,
            due_at INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            severity INTEGER,
            verdict TEXT
        );
        CREATE INDEX events_by_time ON events (occurred_at DESC, id DESC);
        CREATE INDEX events_by_camera ON events (camera_id, occurred_at DESC, id DESC);
        CREATE INDEX events_open ON events (stage, due_at) WHERE stage < 3;

        CREATE TABLE event_frames (
            event_id TEXT NOT NULL REFERENCES events (id),
            number INTEGER NOT NULL,
            captured_at INTEGER NOT NULL,
            jpeg BLOB NOT NULL,
            PRIMARY KEY (event_id, number)
        );

        CREATE TABLE alerts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            event_id TEXT NOT NULL UNIQUE REFERENCES events (id),
            camera_id TEXT NOT NULL,
            severity INTEGER NOT NULL,
            anomaly_type TEXT NOT NULL,
            summary TEXT NOT NULL,
            raised_at INTEGER NOT NULL,
            acknowledged_at INTEGER
        );
        """,
        """
        -- What is left of an event that was erased: enough to know it when its edge sends it again.
        CREATE TABLE erased_events (
            id TEXT NOT NULL PRIMARY KEY,
            edge_id TEXT NOT NULL
        ) WITHOUT ROWID;
        """,
    ];
}

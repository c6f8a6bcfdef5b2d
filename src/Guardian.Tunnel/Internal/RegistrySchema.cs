namespace Guardian.Tunnel;

/// <summary>The migrations, in order. One that has been released never changes.</summary>
internal static class RegistrySchema
{
    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE edges (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            state INTEGER NOT NULL,
            added_at INTEGER NOT NULL,
            enrolled_at INTEGER,
            last_seen_at INTEGER,
            certificate_expires_at INTEGER,
            software TEXT NOT NULL DEFAULT '',
            telemetry TEXT
        ) WITHOUT ROWID;

        CREATE TABLE tokens (
            hash BLOB NOT NULL PRIMARY KEY,
            edge_id TEXT NOT NULL REFERENCES edges (id),
            expires_at INTEGER NOT NULL,
            used_at INTEGER
        ) WITHOUT ROWID;

        CREATE TABLE cameras (
            id TEXT NOT NULL PRIMARY KEY,
            edge_id TEXT NOT NULL REFERENCES edges (id),
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            enabled INTEGER NOT NULL,
            status TEXT NOT NULL,
            required_snapshots INTEGER NOT NULL,
            readiness INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX cameras_by_edge ON cameras (edge_id);
        """,
    ];
}

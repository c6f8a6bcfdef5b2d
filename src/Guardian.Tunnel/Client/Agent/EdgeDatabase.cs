namespace Guardian.Tunnel;

/// <summary>The agent's SQLite file.</summary>
internal sealed class EdgeDatabase(string path) : TunnelDatabase(path, Migrations, "edge agent")
{
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE queue (
            sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            event_id TEXT NOT NULL,
            size INTEGER NOT NULL,
            is_started INTEGER NOT NULL DEFAULT 0,
            payload BLOB,
            UNIQUE (event_id, kind)
        );

        CREATE TABLE commands (
            id TEXT NOT NULL PRIMARY KEY,
            action BLOB NOT NULL,
            expires_at INTEGER NOT NULL,
            state INTEGER NOT NULL,
            outcome INTEGER NOT NULL DEFAULT 0,
            result TEXT NOT NULL DEFAULT '',
            error TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX commands_by_state ON commands (state);
        """,
        """
        CREATE TABLE models (
            camera_id TEXT NOT NULL PRIMARY KEY,
            deployment BLOB NOT NULL,
            file TEXT NOT NULL,
            previous_file TEXT
        );

        CREATE TABLE model_loads (
            deployment_id TEXT NOT NULL PRIMARY KEY,
            begun INTEGER NOT NULL
        );
        """,
    ];
}

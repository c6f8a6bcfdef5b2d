namespace Guardian.Models.Internal;

/// <summary>The tables of models.db; entries are only ever added.</summary>
internal static class Schema
{
    public static readonly IReadOnlyList<string> Migrations =
    [
        """
        CREATE TABLE snapshots (
            camera_id TEXT NOT NULL,
            snapshot_id TEXT NOT NULL,
            label TEXT NOT NULL,
            captured_at INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            size INTEGER NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            added_at INTEGER NOT NULL,
            PRIMARY KEY (camera_id, snapshot_id),
            UNIQUE (camera_id, sha256)
        ) WITHOUT ROWID;
        CREATE INDEX snapshots_in_order ON snapshots (camera_id, label, captured_at, snapshot_id);

        CREATE TABLE models (
            model_id TEXT NOT NULL PRIMARY KEY,
            camera_id TEXT NOT NULL,
            major INTEGER NOT NULL,
            minor INTEGER NOT NULL,
            patch INTEGER NOT NULL,
            status INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            metadata TEXT NOT NULL,
            UNIQUE (camera_id, major, minor, patch)
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX models_one_active ON models (camera_id) WHERE status = 1;

        CREATE TABLE deployments (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            deployment_id TEXT NOT NULL UNIQUE,
            camera_id TEXT NOT NULL,
            edge_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            state INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            reported_sha256 TEXT,
            probe_score REAL,
            error TEXT
        );
        CREATE INDEX deployments_of_edge ON deployments (edge_id, state, sequence);

        CREATE TABLE training_jobs (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            job_id TEXT NOT NULL UNIQUE,
            camera_id TEXT NOT NULL,
            state INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            lease_token TEXT,
            lease_until INTEGER,
            progress TEXT,
            model_id TEXT,
            error TEXT
        );
        CREATE UNIQUE INDEX training_jobs_one_open ON training_jobs (camera_id) WHERE state IN (0, 1);
        CREATE INDEX training_jobs_of_camera ON training_jobs (camera_id, sequence);
        """,
    ];
}

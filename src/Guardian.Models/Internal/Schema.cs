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
        DatasetsAndTraining,
        CatalogAndRollouts,
    ];

    /// <summary>Versions, conditions, likeness and totals of datasets; priority, cancelling and dataset version of jobs.</summary>
    private const string DatasetsAndTraining =
        """
        ALTER TABLE snapshots ADD COLUMN conditions TEXT NOT NULL DEFAULT '';
        ALTER TABLE snapshots ADD COLUMN perceptual_hash INTEGER;
        ALTER TABLE snapshots ADD COLUMN brightness INTEGER;
        ALTER TABLE snapshots ADD COLUMN near_duplicate_of TEXT;
        ALTER TABLE snapshots ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE snapshots ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
        UPDATE snapshots SET sequence = n.number
        FROM (SELECT camera_id, snapshot_id, ROW_NUMBER() OVER (ORDER BY added_at, camera_id, snapshot_id) AS number FROM snapshots) AS n
        WHERE n.camera_id = snapshots.camera_id AND n.snapshot_id = snapshots.snapshot_id;
        CREATE INDEX snapshots_by_arrival ON snapshots (camera_id, sequence);
        CREATE INDEX snapshots_alike ON snapshots (camera_id, label, removed, perceptual_hash);
        CREATE INDEX snapshots_removed ON snapshots (camera_id) WHERE removed = 1;

        CREATE TABLE dataset_sequence (last INTEGER NOT NULL);
        INSERT INTO dataset_sequence SELECT COUNT(*) FROM snapshots;

        CREATE TABLE dataset_totals (
            camera_id TEXT NOT NULL PRIMARY KEY,
            images INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            versions INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;
        INSERT INTO dataset_totals (camera_id, images, bytes) SELECT camera_id, COUNT(*), SUM(size) FROM snapshots GROUP BY camera_id;
        CREATE TRIGGER snapshots_count_in AFTER INSERT ON snapshots BEGIN
            INSERT INTO dataset_totals (camera_id, images, bytes) VALUES (NEW.camera_id, 1, NEW.size)
            ON CONFLICT (camera_id) DO UPDATE SET images = images + 1, bytes = bytes + NEW.size;
        END;
        CREATE TRIGGER snapshots_count_out AFTER DELETE ON snapshots BEGIN
            UPDATE dataset_totals SET images = images - 1, bytes = bytes - OLD.size WHERE camera_id = OLD.camera_id;
        END;

        CREATE TABLE dataset_versions (
            camera_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            hash TEXT NOT NULL,
            images INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (camera_id, version),
            UNIQUE (camera_id, hash)
        ) WITHOUT ROWID;
        CREATE TABLE dataset_version_images (
            camera_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            snapshot_id TEXT NOT NULL,
            PRIMARY KEY (camera_id, snapshot_id, version)
        ) WITHOUT ROWID;
        CREATE INDEX dataset_version_images_of ON dataset_version_images (camera_id, version);

        ALTER TABLE training_jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE training_jobs ADD COLUMN dataset_version INTEGER;
        ALTER TABLE training_jobs ADD COLUMN dataset_hash TEXT;
        ALTER TABLE training_jobs ADD COLUMN fruitless INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE training_jobs ADD COLUMN furthest INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX training_jobs_in_order ON training_jobs (state, priority DESC, sequence);
        """;

    private const string CatalogAndRollouts =
        """
        CREATE TABLE catalog (
            model_id TEXT NOT NULL PRIMARY KEY,
            series TEXT NOT NULL,
            camera_id TEXT,
            name TEXT NOT NULL,
            model_type TEXT NOT NULL,
            version TEXT NOT NULL,
            status INTEGER NOT NULL,
            is_pinned INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            chunks BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            is_trained INTEGER NOT NULL,
            metadata TEXT NOT NULL,
            lineage TEXT NOT NULL,
            requirements TEXT NOT NULL,
            probe_score REAL,
            UNIQUE (series, version)
        );
        INSERT INTO catalog
        SELECT model_id, 'camera:' || camera_id, camera_id, json_extract(metadata, '$.name'), json_extract(metadata, '$.model_type'), major || '.' || minor || '.' || patch, status, 0, size, sha256,
            x'', created_at, 1, metadata, json_object('dataset_version', json_extract(metadata, '$.dataset_fingerprint')), json_object('opset', json_extract(metadata, '$.opset')),
            json_extract(metadata, '$.probe_score')
        FROM models;
        DROP TABLE models;
        ALTER TABLE catalog RENAME TO models;
        CREATE UNIQUE INDEX models_one_active ON models (camera_id) WHERE status = 1 AND camera_id IS NOT NULL;
        CREATE UNIQUE INDEX models_one_training ON models (series) WHERE status = 4;

        ALTER TABLE deployments ADD COLUMN is_withdrawal INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE deployments ADD COLUMN is_probe_failure INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE deployments ADD COLUMN milliseconds REAL;
        CREATE INDEX deployments_of_model ON deployments (model_id, state);

        CREATE TABLE probe_frames (
            model_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            jpeg BLOB NOT NULL,
            score REAL NOT NULL,
            PRIMARY KEY (model_id, number)
        );

        CREATE TABLE rollouts (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            rollout_id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            actor TEXT NOT NULL,
            rollout_plan TEXT NOT NULL,
            phase INTEGER NOT NULL,
            phase_since INTEGER NOT NULL,
            is_paused INTEGER NOT NULL,
            is_open INTEGER NOT NULL,
            reason TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        );
        CREATE INDEX rollouts_open ON rollouts (is_open, sequence);

        CREATE TABLE rollout_targets (
            rollout_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            edge_id TEXT NOT NULL,
            camera_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            other_model_id TEXT,
            previous_model_id TEXT,
            arm TEXT NOT NULL,
            is_canary INTEGER NOT NULL,
            state INTEGER NOT NULL,
            since INTEGER NOT NULL,
            deployment_id TEXT,
            figures_of TEXT,
            is_probe_failure INTEGER NOT NULL DEFAULT 0,
            reason TEXT,
            PRIMARY KEY (rollout_id, number)
        );
        CREATE INDEX rollout_targets_of_camera ON rollout_targets (edge_id, camera_id);
        CREATE INDEX rollout_targets_of_deployment ON rollout_targets (deployment_id);

        CREATE TABLE assignments (
            edge_id TEXT NOT NULL,
            camera_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            previous_model_id TEXT,
            deployment_id TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (edge_id, camera_id)
        );
        INSERT INTO assignments SELECT edge_id, camera_id, model_id, NULL, deployment_id, updated_at FROM deployments WHERE state = 2 GROUP BY edge_id, camera_id HAVING sequence = MAX(sequence);

        CREATE TABLE camera_pins (
            camera_id TEXT NOT NULL PRIMARY KEY,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            at INTEGER NOT NULL
        );

        CREATE TABLE edge_runtimes (
            edge_id TEXT NOT NULL PRIMARY KEY,
            runtime TEXT NOT NULL,
            at INTEGER NOT NULL
        );

        CREATE TABLE model_counters (
            deployment_id TEXT NOT NULL,
            counted_since INTEGER NOT NULL,
            frames INTEGER NOT NULL,
            alarms INTEGER NOT NULL,
            seconds REAL NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (deployment_id, counted_since)
        );

        CREATE TABLE model_figures (
            deployment_id TEXT NOT NULL,
            hour INTEGER NOT NULL,
            edge_id TEXT NOT NULL,
            camera_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            frames INTEGER NOT NULL,
            alarms INTEGER NOT NULL,
            seconds REAL NOT NULL,
            PRIMARY KEY (deployment_id, hour)
        );
        CREATE INDEX model_figures_of_camera ON model_figures (edge_id, camera_id, model_id, hour);
        """;
}

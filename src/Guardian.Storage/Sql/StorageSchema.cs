namespace Guardian.Storage;

/// <summary>The tables of this package, for both databases.</summary>
internal static class StorageSchema
{
    private const string Links = """
        CREATE TABLE revoked_links (
            link_id TEXT NOT NULL PRIMARY KEY,
            revoked_at INTEGER NOT NULL
        );
        """;

    /// <summary>Written for SQLite; <see cref="Postgres"/> is the same with other type names. A migration that has landed never changes.</summary>
    public static readonly IReadOnlyList<string> Sqlite =
    [
        """
        CREATE TABLE objects (
            event_id TEXT NOT NULL,
            name TEXT NOT NULL,
            camera_id TEXT NOT NULL,
            status INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sha256 BLOB,
            content_type TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            archived_at INTEGER,
            attempts INTEGER NOT NULL DEFAULT 0,
            last_error TEXT,
            next_attempt_at INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (event_id, name)
        ) WITHOUT ROWID;
        CREATE INDEX objects_by_status ON objects (status, next_attempt_at);
        """,
        """
        -- What it weighs on the quota: its size, or what an upload was promised.
        ALTER TABLE objects ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;
        UPDATE objects SET reserved = size;

        -- The spool that has the bytes until they are archived; empty for spools of before there were several.
        ALTER TABLE objects ADD COLUMN holder TEXT NOT NULL DEFAULT '';
        ALTER TABLE objects ADD COLUMN bucket TEXT NOT NULL DEFAULT '';
        ALTER TABLE objects ADD COLUMN cid TEXT;
        ALTER TABLE objects ADD COLUMN format_version INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE objects ADD COLUMN recipients TEXT NOT NULL DEFAULT '';
        ALTER TABLE objects ADD COLUMN severity INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE objects ADD COLUMN deletion_reason TEXT;
        ALTER TABLE objects ADD COLUMN deletion_actor TEXT;
        DROP INDEX objects_by_status;
        CREATE INDEX objects_due ON objects (status, holder, camera_id, next_attempt_at);
        CREATE INDEX objects_by_camera ON objects (camera_id, created_at, event_id, name);
        CREATE INDEX objects_by_time ON objects (created_at, event_id, name);
        CREATE INDEX objects_by_status ON objects (status, created_at, event_id, name);
        CREATE INDEX objects_by_retention ON objects (camera_id, severity, created_at, status);

        -- One row a camera, and one with an empty id for all of them together.
        CREATE TABLE usage (
            camera_id TEXT NOT NULL PRIMARY KEY,
            bytes INTEGER NOT NULL,
            objects INTEGER NOT NULL,
            is_warned INTEGER NOT NULL DEFAULT 0
        );
        INSERT INTO usage (camera_id, bytes, objects) SELECT camera_id, SUM(reserved), COUNT(*) FROM objects GROUP BY camera_id;
        INSERT INTO usage (camera_id, bytes, objects) SELECT '', COALESCE(SUM(bytes), 0), COALESCE(SUM(objects), 0) FROM usage;

        CREATE TABLE holds (
            kind INTEGER NOT NULL,
            target TEXT NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            placed_at INTEGER NOT NULL,
            PRIMARY KEY (kind, target)
        );

        -- Events that were erased on request: an edge that sends one again is refused.
        CREATE TABLE erased_events (
            event_id TEXT NOT NULL PRIMARY KEY,
            erased_at INTEGER NOT NULL
        );
        """,
        EvidenceSchema.Sqlite,
        Links,
    ];

    /// <summary>SQLite's INTEGER has up to 64 bits.</summary>
    public static IReadOnlyList<string> Postgres { get; } =
    [
        .. Sqlite.Take(2).Select(m => m
            .Replace("INTEGER", "BIGINT", StringComparison.Ordinal)
            .Replace("BLOB", "BYTEA", StringComparison.Ordinal)
            .Replace(" WITHOUT ROWID", "", StringComparison.Ordinal)),
        EvidenceSchema.PostgreSql,
        Links.Replace("INTEGER", "BIGINT", StringComparison.Ordinal),
    ];
}

namespace Guardian.Storage;

/// <summary>The tables of the log, in each SQL dialect. Rows without a leaf index are the queue.</summary>
internal static class EvidenceSchema
{
    public const string Sqlite =
        """
        CREATE TABLE evidence_entries (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            once TEXT NOT NULL UNIQUE,
            kind INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            subject TEXT,
            object_name TEXT,
            details TEXT,
            salt BLOB,
            commitment BLOB,
            leaf_index INTEGER UNIQUE
        );
        CREATE INDEX evidence_queue ON evidence_entries (id) WHERE leaf_index IS NULL;
        CREATE INDEX evidence_by_subject ON evidence_entries (subject, leaf_index);
        CREATE INDEX evidence_erasures ON evidence_entries (subject, object_name) WHERE kind = 5;
        CREATE TABLE evidence_state (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, size INTEGER NOT NULL);
        CREATE TABLE evidence_tiles (level INTEGER NOT NULL, tile INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, tile)) WITHOUT ROWID;
        CREATE TABLE evidence_checkpoints (hour INTEGER PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL);
        CREATE TABLE evidence_keys (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            key_id TEXT NOT NULL UNIQUE,
            spki BLOB NOT NULL,
            endorsed_by TEXT,
            endorsement BLOB
        );
        """;

    public const string PostgreSql =
        """
        CREATE TABLE evidence_entries (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            once TEXT NOT NULL UNIQUE,
            kind INTEGER NOT NULL,
            at_ms BIGINT NOT NULL,
            subject TEXT,
            object_name TEXT,
            details TEXT,
            salt BYTEA,
            commitment BYTEA,
            leaf_index BIGINT UNIQUE
        );
        CREATE INDEX evidence_queue ON evidence_entries (id) WHERE leaf_index IS NULL;
        CREATE INDEX evidence_by_subject ON evidence_entries (subject, leaf_index);
        CREATE INDEX evidence_erasures ON evidence_entries (subject, object_name) WHERE kind = 5;
        CREATE TABLE evidence_state (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, size BIGINT NOT NULL);
        CREATE TABLE evidence_tiles (level INTEGER NOT NULL, tile BIGINT NOT NULL, hashes BYTEA NOT NULL, PRIMARY KEY (level, tile));
        CREATE TABLE evidence_checkpoints (hour BIGINT PRIMARY KEY, size BIGINT NOT NULL, note TEXT NOT NULL);
        CREATE TABLE evidence_keys (
            sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key_id TEXT NOT NULL UNIQUE,
            spki BYTEA NOT NULL,
            endorsed_by TEXT,
            endorsement BYTEA
        );
        """;
}

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
        """
        ALTER TABLE edges ADD COLUMN cameras_fixed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE edges ADD COLUMN control_address TEXT;
        ALTER TABLE edges ADD COLUMN revoked_at INTEGER;
        ALTER TABLE edges ADD COLUMN tunnel_number INTEGER;

        CREATE TABLE certificates (
            serial TEXT NOT NULL PRIMARY KEY,
            edge_id TEXT NOT NULL REFERENCES edges (id),
            issuer TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            is_used INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;
        CREATE INDEX certificates_by_edge ON certificates (edge_id);

        -- Certificates were not listed before: an edge that was enrolled then is known by its name until it enrols or renews.
        ALTER TABLE edges ADD COLUMN certificates_listed INTEGER NOT NULL DEFAULT 1;
        UPDATE edges SET certificates_listed = 0 WHERE enrolled_at IS NOT NULL;

        ALTER TABLE cameras ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE cameras ADD COLUMN labelled_snapshots INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE audit (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            action INTEGER NOT NULL,
            actor TEXT NOT NULL,
            address TEXT,
            edge_id TEXT,
            detail TEXT NOT NULL
        );
        CREATE INDEX audit_by_edge ON audit (edge_id, id);
        CREATE INDEX audit_by_action ON audit (edge_id, action, at);

        CREATE TABLE commands (
            sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            edge_id TEXT NOT NULL REFERENCES edges (id),
            action BLOB NOT NULL,
            actor TEXT NOT NULL,
            state INTEGER NOT NULL,
            issued_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            acknowledged_at INTEGER,
            settled_at INTEGER,
            result TEXT,
            error TEXT
        );
        CREATE INDEX commands_by_edge ON commands (edge_id, state, sequence);

        CREATE TABLE wireguard_peers (
            public_key BLOB NOT NULL PRIMARY KEY,
            edge_id TEXT NOT NULL REFERENCES edges (id),
            number INTEGER NOT NULL,
            is_candidate INTEGER NOT NULL,
            known_node_key BLOB,
            added_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX wireguard_peers_by_edge ON wireguard_peers (edge_id, is_candidate);
        CREATE UNIQUE INDEX wireguard_peers_by_number ON wireguard_peers (number, is_candidate);

        -- Raised by every change that another process must notice.
        CREATE TABLE revisions (
            topic INTEGER NOT NULL PRIMARY KEY,
            value INTEGER NOT NULL
        );
        INSERT INTO revisions (topic, value) VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0);
        """,
    ];
}

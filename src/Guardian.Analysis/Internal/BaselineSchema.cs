namespace Guardian.Analysis;

/// <summary>The migrations, in order. One that has been released never changes.</summary>
internal static class BaselineSchema
{
    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE observations (
            camera_id TEXT NOT NULL,
            source_id TEXT NOT NULL,
            observed_at INTEGER NOT NULL,
            PRIMARY KEY (camera_id, source_id)
        ) WITHOUT ROWID;

        CREATE TABLE hours (
            camera_id TEXT NOT NULL,
            hour INTEGER NOT NULL,
            frames INTEGER NOT NULL,
            active_frames INTEGER NOT NULL,
            objects INTEGER NOT NULL,
            squared_objects INTEGER NOT NULL,
            max_objects INTEGER NOT NULL,
            PRIMARY KEY (camera_id, hour)
        ) WITHOUT ROWID;

        CREATE TABLE cells (
            camera_id TEXT NOT NULL,
            hour INTEGER NOT NULL,
            cell INTEGER NOT NULL,
            frames INTEGER NOT NULL,
            PRIMARY KEY (camera_id, hour, cell)
        ) WITHOUT ROWID;

        CREATE TABLE labels (
            camera_id TEXT NOT NULL,
            label TEXT NOT NULL,
            frames INTEGER NOT NULL,
            PRIMARY KEY (camera_id, label)
        ) WITHOUT ROWID;
        """,
    ];
}

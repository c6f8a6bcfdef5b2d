using Guardian.Shared.Sql;

namespace Guardian.Models.Datasets;

/// <summary>A row of the table snapshots, as Dapper reads it.</summary>
internal sealed class SnapshotRow
{
    public const string Columns =
        "camera_id AS CameraId, snapshot_id AS SnapshotId, label AS Label, captured_at AS CapturedAt, sha256 AS Sha256, size AS Size, width AS Width, height AS Height";

    public string CameraId { get; set; } = "";

    public string SnapshotId { get; set; } = "";

    public string Label { get; set; } = "";

    public long CapturedAt { get; set; }

    public string Sha256 { get; set; } = "";

    public long Size { get; set; }

    public int Width { get; set; }

    public int Height { get; set; }

    public StoredSnapshot ToSnapshot() => new()
    {
        SnapshotId = SnapshotId,
        CameraId = CameraId,
        Label = Label,
        CapturedAt = SqlTime.FromSql(CapturedAt),
        Sha256 = Sha256,
        Size = Size,
        Width = Width,
        Height = Height,
    };
}

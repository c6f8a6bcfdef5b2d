using Guardian.Shared.Sql;

namespace Guardian.Models.Datasets;

/// <summary>A row of the table snapshots, as Dapper reads it.</summary>
internal sealed class SnapshotRow
{
    public const string Columns =
        "camera_id AS CameraId, snapshot_id AS SnapshotId, label AS Label, captured_at AS CapturedAt, sha256 AS Sha256, size AS Size, width AS Width, height AS Height, "
        + "conditions AS Conditions, perceptual_hash AS PerceptualHash, brightness AS Brightness, near_duplicate_of AS NearDuplicateOf, sequence AS Sequence";

    public string CameraId { get; set; } = "";

    public string SnapshotId { get; set; } = "";

    public string Label { get; set; } = "";

    public long CapturedAt { get; set; }

    public string Sha256 { get; set; } = "";

    public long Size { get; set; }

    public int Width { get; set; }

    public int Height { get; set; }

    public string Conditions { get; set; } = "";

    public long? PerceptualHash { get; set; }

    public long? Brightness { get; set; }

    public string? NearDuplicateOf { get; set; }

    public long Sequence { get; set; }

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
        Conditions = SnapshotConditions.Parse(Conditions),
        Brightness = (int?)Brightness,
        NearDuplicateOf = NearDuplicateOf,
        Sequence = Sequence,
    };
}

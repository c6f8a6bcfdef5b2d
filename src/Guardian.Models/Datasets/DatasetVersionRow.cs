using Guardian.Shared.Sql;

namespace Guardian.Models.Datasets;

/// <summary>A row of the table dataset_versions, as Dapper reads it.</summary>
internal sealed class DatasetVersionRow
{
    public const string Columns =
        "camera_id AS CameraId, version AS Version, hash AS Hash, images AS Images, bytes AS Bytes, last_sequence AS LastSequence, created_at AS CreatedAt";

    public string CameraId { get; set; } = "";

    public long Version { get; set; }

    public string Hash { get; set; } = "";

    public long Images { get; set; }

    public long Bytes { get; set; }

    public long LastSequence { get; set; }

    public long CreatedAt { get; set; }

    public DatasetVersion ToVersion() => new()
    {
        CameraId = CameraId,
        Number = (int)Version,
        Hash = Hash,
        Images = (int)Images,
        Bytes = Bytes,
        Cursor = LastSequence,
        CreatedAt = SqlTime.FromSql(CreatedAt),
    };
}

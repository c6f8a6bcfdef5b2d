using System.Text.Json;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;

namespace Guardian.Models.Catalog;

/// <summary>A row of the table models, as Dapper reads it.</summary>
internal sealed class ModelRow
{
    public const string Columns =
        "model_id AS ModelId, camera_id AS CameraId, major AS Major, minor AS Minor, patch AS Patch, status AS Status, size AS Size, sha256 AS Sha256, "
        + "created_at AS CreatedAt, metadata AS Metadata";

    public string ModelId { get; set; } = "";

    public string CameraId { get; set; } = "";

    public int Major { get; set; }

    public int Minor { get; set; }

    public int Patch { get; set; }

    public int Status { get; set; }

    public long Size { get; set; }

    public string Sha256 { get; set; } = "";

    public long CreatedAt { get; set; }

    public string Metadata { get; set; } = "";

    public CatalogModel ToModel() => new()
    {
        ModelId = ModelId,
        CameraId = CameraId,
        Version = new ModelVersion(Major, Minor, Patch),
        Status = (ModelStatus)Status,
        Size = Size,
        Sha256 = Sha256,
        CreatedAt = SqlTime.FromSql(CreatedAt),
        Metadata = JsonSerializer.Deserialize(Metadata, ModelsJson.Default.ModelMetadata)!,
    };
}

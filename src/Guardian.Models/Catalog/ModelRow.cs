using System.Text.Json;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;

namespace Guardian.Models.Catalog;

/// <summary>A row of the table models, as Dapper reads it. The hashes of its chunks are read only where they are needed.</summary>
internal sealed class ModelRow
{
    public const string Columns =
        "model_id AS ModelId, series AS Series, camera_id AS CameraId, name AS Name, model_type AS ModelType, version AS Version, status AS Status, is_pinned AS IsPinned, size AS Size, "
        + "sha256 AS Sha256, created_at AS CreatedAt, is_trained AS IsTrained, metadata AS Metadata, lineage AS Lineage, requirements AS Requirements, probe_score AS ProbeScore";

    public string ModelId { get; set; } = "";

    public string Series { get; set; } = "";

    public string? CameraId { get; set; }

    public string Name { get; set; } = "";

    public string ModelType { get; set; } = "";

    public string Version { get; set; } = "";

    public int Status { get; set; }

    public bool IsPinned { get; set; }

    public long Size { get; set; }

    public string Sha256 { get; set; } = "";

    public byte[] Chunks { get; set; } = [];

    public long CreatedAt { get; set; }

    public bool IsTrained { get; set; }

    public string Metadata { get; set; } = "";

    public string Lineage { get; set; } = "";

    public string Requirements { get; set; } = "";

    public double? ProbeScore { get; set; }

    public CatalogModel ToModel() => new()
    {
        ModelId = ModelId,
        CameraId = CameraId,
        Name = Name,
        ModelType = ModelType,
        Version = ModelVersion.Parse(Version),
        Status = (ModelStatus)Status,
        IsPinned = IsPinned,
        Size = Size,
        Sha256 = Sha256,
        CreatedAt = SqlTime.FromSql(CreatedAt),
        Requirements = JsonSerializer.Deserialize(Requirements, CatalogJson.Default.ModelRequirements)!,
        Lineage = JsonSerializer.Deserialize(Lineage, CatalogJson.Default.ModelLineage)!,
        ProbeScore = ProbeScore,
        MetadataJson = Metadata,
        Metadata = IsTrained && Sha256.Length > 0 ? JsonSerializer.Deserialize(Metadata, ModelsJson.Default.ModelMetadata) : null,
    };
}

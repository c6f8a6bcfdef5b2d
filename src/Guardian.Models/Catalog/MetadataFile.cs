using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Guardian.Models.Internal;
using Guardian.Models.Onnx;

namespace Guardian.Models.Catalog;

/// <summary>Writes metadata.json.</summary>
internal static class MetadataFile
{
    public const string OnnxFile = "model.onnx";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>For a model that was trained here.</summary>
    public static string Describe(TrainedModel model, string modelId, ModelVersion version, string? name) =>
        JsonSerializer.Serialize(MetadataOf(model, modelId, version, name), ModelsJson.Default.ModelMetadata);

    /// <summary>For any other: what the catalog knows, with its maker's words under <c>description</c>.</summary>
    public static string Describe(NewModel model, string modelId, ModelVersion version, long size, string sha256)
    {
        var json = new JsonObject
        {
            ["model_id"] = modelId,
            ["name"] = model.Name,
            ["version"] = version.ToString(),
            ["model_type"] = model.ModelType,
            ["camera_id"] = model.CameraId,
            ["created_at"] = model.CreatedAt.ToUniversalTime(),
            ["onnx_file"] = OnnxFile,
            ["onnx_size"] = size,
            ["onnx_sha256"] = sha256,
            ["opset"] = model.Requirements.Opset,
            ["probe_score"] = model.ProbeScore,
            ["requirements"] = JsonSerializer.SerializeToNode(model.Requirements, CatalogJson.Default.ModelRequirements),
            ["lineage"] = JsonSerializer.SerializeToNode(model.Lineage, CatalogJson.Default.ModelLineage),
            ["description"] = model.DescriptionJson is null ? null : JsonNode.Parse(model.DescriptionJson),
        };
        return json.ToJsonString(Indented);
    }

    private static ModelMetadata MetadataOf(TrainedModel model, string modelId, ModelVersion version, string? name) => new()
    {
        ModelId = modelId,
        Name = name ?? $"{model.CameraId} {version}",
        Version = version.ToString(),
        ModelType = model.ModelType,
        CameraId = model.CameraId,
        Architecture = model.Architecture,
        InputWidth = model.Options.InputWidth,
        InputHeight = model.Options.InputHeight,
        LatentSize = model.Options.LatentSize,
        Threshold = model.Threshold,
        ProbeScore = model.ProbeScore,
        TrainingImageCount = model.Metrics.TrainingImages + model.Metrics.ValidationImages,
        DatasetFingerprint = model.DatasetFingerprint,
        Metrics = model.Metrics,
        Hyperparameters = model.Options,
        CreatedAt = model.CreatedAt.ToUniversalTime(),
        OnnxFile = OnnxFile,
        OnnxSize = model.Onnx.Length,
        OnnxSha256 = Convert.ToHexStringLower(SHA256.HashData(model.Onnx.Span)),
        Opset = GraphBuilder.OperatorSet,
        Producer = GraphBuilder.Producer,
    };
}

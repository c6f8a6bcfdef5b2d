using System.Text.Json.Serialization;

namespace Guardian.Models.Catalog;

/// <summary>How what is known about models is stored in their rows.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelLineage))]
[JsonSerializable(typeof(ModelRequirements))]
[JsonSerializable(typeof(TrainingMetrics))]
[JsonSerializable(typeof(TrainingOptions))]
internal sealed partial class CatalogJson : JsonSerializerContext;

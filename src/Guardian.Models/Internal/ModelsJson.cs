using System.Text.Json.Serialization;

namespace Guardian.Models.Internal;

/// <summary>How metadata.json and stored progress are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // A diverging training reports NaN as its loss.
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(ModelMetadata))]
[JsonSerializable(typeof(TrainingOptions))]
[JsonSerializable(typeof(TrainingProgress))]
internal sealed partial class ModelsJson : JsonSerializerContext;

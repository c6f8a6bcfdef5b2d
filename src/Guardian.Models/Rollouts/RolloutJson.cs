using System.Text.Json.Serialization;

namespace Guardian.Models.Rollouts;

/// <summary>How plans and runtimes are stored in their rows.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RolloutPlan))]
[JsonSerializable(typeof(EdgeRuntime))]
internal sealed partial class RolloutJson : JsonSerializerContext;

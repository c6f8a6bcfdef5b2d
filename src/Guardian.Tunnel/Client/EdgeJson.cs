using System.Text.Json.Serialization;

namespace Guardian.Tunnel;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(EdgeInfo))]
internal sealed partial class EdgeJson : JsonSerializerContext;

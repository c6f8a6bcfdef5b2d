using System.Text.Json.Serialization;

namespace Guardian.Events;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EventDetails))]
[JsonSerializable(typeof(Verdict))]
internal sealed partial class EventJson : JsonSerializerContext;

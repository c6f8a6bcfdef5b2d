using System.Text.Json.Serialization;

namespace Guardian.Tunnel;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EnrollmentBundle))]
internal sealed partial class BundleJson : JsonSerializerContext;

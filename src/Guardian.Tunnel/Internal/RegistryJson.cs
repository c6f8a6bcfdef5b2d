using System.Text.Json.Serialization;

namespace Guardian.Tunnel;

[JsonSerializable(typeof(SortedDictionary<string, int>))]
[JsonSerializable(typeof(string))]
internal sealed partial class RegistryJson : JsonSerializerContext;

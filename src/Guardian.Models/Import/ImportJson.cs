using System.Text.Json.Serialization;

namespace Guardian.Models.Import;

/// <summary>How a file's own words are kept.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ImportJson : JsonSerializerContext;

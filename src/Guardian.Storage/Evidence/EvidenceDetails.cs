using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Guardian.Storage;

/// <summary>
/// The details of an entry as the text that is hashed: a JSON object of strings. The text is kept as it was written, and a reader hashes what it is given, so nobody has to
/// write the same JSON twice.
/// </summary>
internal static class EvidenceDetails
{
    /// <summary>No entry has more than this, in UTF-8 bytes.</summary>
    public const int MaxSize = 1 << 20;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = false };

    public static string Write(IEnumerable<KeyValuePair<string, string>> details)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            foreach ((string name, string value) in details.OrderBy(d => d.Key, StringComparer.Ordinal))
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenCount <= MaxSize
            ? Encoding.UTF8.GetString(buffer.WrittenSpan)
            : throw new ArgumentException($"details: {buffer.WrittenCount} bytes, at most {MaxSize} are allowed", nameof(details));
    }

    /// <returns>Null when the text is not an object of strings.</returns>
    public static IReadOnlyDictionary<string, string>? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(text, JsonSerializerOptions.Strict) is { } details && details.Values.All(v => v is not null) ? details : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Text;
using System.Text.Json;

namespace Guardian.Models.Datasets;

/// <summary>Under which circumstances a picture was taken, as text that is the same for the same circumstances: it goes into hashes.</summary>
internal static class SnapshotConditions
{
    public const int MaxCount = 16;

    public const int MaxValueLength = 128;

    private const int MaxKeyLength = 32;

    /// <summary>Null when the conditions are well formed, else what is wrong with them.</summary>
    public static string? Fault(IReadOnlyDictionary<string, string>? conditions)
    {
        if (conditions is null)
        {
            return null;
        }

        if (conditions.Count > MaxCount)
        {
            return $"Conditions has {conditions.Count} entries; at most {MaxCount} are allowed.";
        }

        foreach ((string key, string value) in conditions)
        {
            if (key.Length is 0 or > MaxKeyLength || !key.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.'))
            {
                return $"Conditions: a key must be 1 to {MaxKeyLength} of a-z 0-9 _ - .";
            }

            if (value is null || value.Length > MaxValueLength || value.Any(c => char.IsControl(c) || char.IsSurrogate(c)))
            {
                return $"Conditions.{key} must have at most {MaxValueLength} characters, none of them a control character or outside the basic plane.";
            }
        }

        return null;
    }

    /// <summary>A JSON object with its keys in ordinal order and no white space; empty text for no conditions.</summary>
    public static string ToText(IReadOnlyDictionary<string, string>? conditions)
    {
        if (conditions is null || conditions.Count == 0)
        {
            return "";
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach ((string key, string value) in conditions.OrderBy(c => c.Key, StringComparer.Ordinal))
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var conditions = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (text.Length > 0)
        {
            using JsonDocument document = JsonDocument.Parse(text);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                conditions[property.Name] = property.Value.GetString() ?? "";
            }
        }

        return conditions;
    }
}

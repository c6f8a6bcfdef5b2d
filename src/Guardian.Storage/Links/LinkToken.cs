using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Guardian.Storage;

/// <summary>
/// A link as text: a JSON Web Token (RFC 7519) with HMAC-SHA-256, so that whoever the operator gives a key to can make links with any JWT library. Nothing but that one algorithm is
/// ever accepted, and nothing is read of a token before its MAC holds but the name of the key.
/// </summary>
internal sealed record LinkToken(string KeyId, string Id, string Viewer, string Event, string Object, long NotBefore, long Expires)
{
    public const string Audience = "guardian-relay";

    /// <summary>No token is longer.</summary>
    public const int MaxLength = 2048;

    public string Sign(ReadOnlySpan<byte> key)
    {
        string body = Encode(new { alg = "HS256", typ = "JWT", kid = KeyId }) + "."
            + Encode(new Dictionary<string, object> { ["aud"] = Audience, ["jti"] = Id, ["sub"] = Viewer, ["event"] = Event, ["object"] = Object, ["nbf"] = NotBefore, ["exp"] = Expires });
        return body + "." + Mac(body, key);
    }

    /// <param name="token">The text.</param>
    /// <param name="keyOf">Finds a key by its name; null when there is none.</param>
    /// <returns>Null when the text is not a token that one of the keys signed.</returns>
    public static LinkToken? Read(string token, Func<string, byte[]?> keyOf)
    {
        string[] parts = token.Length <= MaxLength ? token.Split('.') : [];
        if (parts.Length != 3 || Decode(parts[0]) is not { } header || Text(header, "alg") != "HS256" || Text(header, "kid") is not { } kid || keyOf(kid) is not { } key)
        {
            return null;
        }

        // Compared as text: base64 has several spellings of the same bytes.
        byte[] mac = Encoding.ASCII.GetBytes(Mac($"{parts[0]}.{parts[1]}", key));
        if (!CryptographicOperations.FixedTimeEquals(mac, Encoding.UTF8.GetBytes(parts[2])) || Decode(parts[1]) is not { } claims)
        {
            return null;
        }

        return Text(claims, "aud") == Audience
            && Text(claims, "jti") is { Length: >= 1 and <= 64 } id && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            && Text(claims, "sub") is { Length: >= 1 and <= 128 } viewer
            && Text(claims, "event") is { } eventId && Text(claims, "object") is { } name
            && Number(claims, "exp") is { } expires && Number(claims, "nbf") is { } notBefore
            ? new LinkToken(kid, id, viewer, eventId, name, notBefore, expires) : null;
    }

    private static string Mac(string body, ReadOnlySpan<byte> key) => Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(body)));

    private static string Encode(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private static Dictionary<string, JsonElement>? Decode(string part)
    {
        try
        {
            return Base64Url.IsValid(part) ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Base64Url.DecodeFromChars(part), JsonSerializerOptions.Strict) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(Dictionary<string, JsonElement> of, string name) => of.TryGetValue(name, out JsonElement e) && e.ValueKind == JsonValueKind.String ? e.GetString() : null;

    private static long? Number(Dictionary<string, JsonElement> of, string name) =>
        of.TryGetValue(name, out JsonElement e) && e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out long value) && value is >= 0 and < 253_402_300_800 ? value : null;
}

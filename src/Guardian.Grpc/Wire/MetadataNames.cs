using System.Buffers;

namespace Guardian.Grpc.Wire;

/// <summary>Which metadata names are allowed, by the gRPC project's <c>doc/PROTOCOL-HTTP2.md</c> ("Custom-Metadata").</summary>
internal static class MetadataNames
{
    private const string BinarySuffix = "-bin";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>The name in lower case, or an exception that says which rule it breaks.</summary>
    public static string Validate(string name, bool binary)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string key = name.ToLowerInvariant();
        if (key.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw new ArgumentException($"Metadata name '{key}' may hold letters, digits, '-', '_' and '.' only.", nameof(name));
        }

        if (IsReserved(key) || key == "user-agent")
        {
            throw new ArgumentException($"Metadata name '{key}' is reserved by the protocol.", nameof(name));
        }

        if (IsBinary(key) != binary)
        {
            throw new ArgumentException($"Metadata name '{key}' must {(binary ? "" : "not ")}end in {BinarySuffix}, since its value is {(binary ? "bytes" : "text")}.", nameof(name));
        }

        return key;
    }

    /// <summary>Whether a received header is the application's to see; <paramref name="key"/> is then its lower-case name.</summary>
    public static bool IsApplication(string name, out string key)
    {
        key = name.ToLowerInvariant();
        return key.Length > 0 && key[0] != ':' && !IsReserved(key);
    }

    public static bool IsBinary(string key) => key.EndsWith(BinarySuffix, StringComparison.Ordinal);

    private static bool IsReserved(string key) => key.StartsWith("grpc-", StringComparison.Ordinal)
        || key is "te" or "content-type" or "content-length" or "host" or "connection" or "transfer-encoding" or "upgrade" or "trailer" or "keep-alive";
}

using System.Buffers;

namespace Guardian.Tunnel;

/// <summary>Names an edge: <c>edge-</c> and 16 hexadecimal digits, chosen by the node.</summary>
public readonly record struct EdgeId
{
    private const string Prefix = "edge-";
    private const int Digits = 16;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private readonly string? _value;

    private EdgeId(string value) => _value = value;

    /// <summary>Makes a new id.</summary>
    public static EdgeId New() => new(Prefix + Guid.NewGuid().ToString("N")[..Digits]);

    /// <summary>Reads an id.</summary>
    /// <returns>False when it is not one.</returns>
    public static bool TryParse(string? text, out EdgeId id)
    {
        bool valid = text is not null && text.Length == Prefix.Length + Digits && text.StartsWith(Prefix, StringComparison.Ordinal)
            && text.AsSpan(Prefix.Length).IndexOfAnyExcept(HexDigits) < 0;
        id = valid ? new EdgeId(text!) : default;
        return valid;
    }

    /// <summary>The id.</summary>
    public override string ToString() => _value ?? throw new InvalidOperationException("an uninitialised edge id");
}

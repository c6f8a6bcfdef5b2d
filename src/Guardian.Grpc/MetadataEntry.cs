namespace Guardian.Grpc;

/// <summary>One name with its value: bytes when the name ends in <c>-bin</c>, else printable ASCII.</summary>
public sealed class MetadataEntry
{
    private readonly string? _text;
    private readonly byte[]? _bytes;

    internal MetadataEntry(string name, string text)
    {
        Name = name;
        _text = text;
    }

    internal MetadataEntry(string name, byte[] bytes)
    {
        Name = name;
        _bytes = bytes;
    }

    /// <summary>The name, in lower case.</summary>
    public string Name { get; }

    /// <summary>Whether the value is bytes.</summary>
    public bool IsBinary => _bytes is not null;

    /// <summary>The value of a text entry.</summary>
    /// <exception cref="InvalidOperationException">The entry is binary.</exception>
    public string Text => _text ?? throw new InvalidOperationException($"Metadata '{Name}' is binary.");

    /// <summary>The value of a binary entry, decoded.</summary>
    /// <exception cref="InvalidOperationException">The entry is text.</exception>
    public ReadOnlyMemory<byte> Bytes => _bytes ?? throw new InvalidOperationException($"Metadata '{Name}' is text.");

    /// <summary>The value as it stands in a header: base64 without padding for bytes, as the protocol recommends.</summary>
    internal string Encoded => _bytes is null ? _text! : Convert.ToBase64String(_bytes).TrimEnd('=');

    internal byte[]? RawBytes => _bytes;

    /// <summary>The name alone, since a value may be a credential.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}

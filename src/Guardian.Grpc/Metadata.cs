using System.Collections;
using Guardian.Grpc.Wire;

namespace Guardian.Grpc;

/// <summary>
/// Headers or trailers of a call: an ordered list in which a name may occur more than once. Names are compared without regard to case and kept
/// in lower case. Not safe for concurrent changes.
/// </summary>
/// <remarks>What a peer sent is not bound by <see cref="MaxEncodedBytes"/>, the transport's header limit holds there (Kestrel: 32 KiB).</remarks>
public sealed class Metadata : IReadOnlyList<MetadataEntry>
{
    /// <summary>Most bytes of names and encoded values that <see cref="Add(string, string)"/> lets in: 16 KiB. Servers commonly refuse 32 KiB.</summary>
    public const int MaxEncodedBytes = 16 << 10;

    private readonly List<MetadataEntry> _entries = [];
    private int _encodedBytes;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public MetadataEntry this[int index] => _entries[index];

    /// <summary>Adds a text value.</summary>
    /// <param name="name">Letters, digits and <c>- _ .</c>; not ending in <c>-bin</c>, and not one that the protocol uses itself.</param>
    /// <param name="value">Printable ASCII. White space at either end may be lost on the way.</param>
    /// <exception cref="ArgumentException">The name or the value breaks a rule above, or <see cref="MaxEncodedBytes"/> is reached.</exception>
    public void Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string key = MetadataNames.Validate(name, binary: false);
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"The value of metadata '{key}' must be printable ASCII; bytes go under a name ending in -bin.", nameof(value));
        }

        Append(new MetadataEntry(key, value));
    }

    /// <summary>Adds a binary value.</summary>
    /// <param name="name">As for text, but ending in <c>-bin</c>.</param>
    /// <param name="value">Any bytes; the array is kept, do not change it afterwards.</param>
    /// <exception cref="ArgumentException">The name breaks a rule above, or <see cref="MaxEncodedBytes"/> is reached.</exception>
    public void Add(string name, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Append(new MetadataEntry(MetadataNames.Validate(name, binary: true), value));
    }

    /// <summary>The first text value under a name, or null.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <returns>The value.</returns>
    public string? GetText(string name) => Find(name) is { IsBinary: false } entry ? entry.Text : null;

    /// <summary>The first binary value under a name, or null.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <returns>The value.</returns>
    public byte[]? GetBytes(string name) => Find(name)?.RawBytes;

    /// <summary>Every entry under a name, in order.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <returns>The entries; empty when there are none.</returns>
    public IEnumerable<MetadataEntry> GetAll(string name) => _entries.Where(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public IEnumerator<MetadataEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Takes in one received header line. Names of the transport and of the protocol are dropped.</summary>
    /// <exception cref="RpcException">A <c>-bin</c> value is not base64.</exception>
    internal void Receive(string name, string value)
    {
        if (!MetadataNames.IsApplication(name, out string key))
        {
            return;
        }

        if (!MetadataNames.IsBinary(key))
        {
            _entries.Add(new MetadataEntry(key, value));
            return;
        }

        // An intermediary may join repeated headers; base64 has no comma, so the split is safe.
        foreach (string part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            _entries.Add(new MetadataEntry(key, BinaryValue.Decode(part)));
        }
    }

    internal void AddRange(Metadata other) => _entries.AddRange(other._entries);

    private MetadataEntry? Find(string name) => _entries.Find(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private void Append(MetadataEntry entry)
    {
        int size = _encodedBytes + entry.Name.Length + (entry.IsBinary ? (entry.Bytes.Length + 2) / 3 * 4 : entry.Text.Length);
        if (size > MaxEncodedBytes)
        {
            throw new ArgumentException($"Metadata '{entry.Name}' would make {size} bytes of metadata; the limit is {MaxEncodedBytes}.", nameof(entry));
        }

        _encodedBytes = size;
        _entries.Add(entry);
    }
}

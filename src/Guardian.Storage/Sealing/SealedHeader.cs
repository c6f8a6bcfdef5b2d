using System.Buffers.Binary;
using System.Text;

namespace Guardian.Storage;

/// <summary>
/// The readable part of a sealed object: who can open it, what is inside, how it is cut into chunks. Reading it needs no key and proves nothing about
/// the content; whoever holds a key verifies the header's MAC first.
/// </summary>
public sealed class SealedHeader
{
    private readonly byte[] _bytes;

    private SealedHeader(byte[] bytes, int chunkSize, string contentType, RecipientKeyId[] recipients)
    {
        _bytes = bytes;
        ChunkSize = chunkSize;
        ContentType = contentType;
        Recipients = recipients;
    }

    /// <summary>No header is longer than this, in bytes.</summary>
    public const int MaxLength = SealedFormat.MaxHeaderSize;

    /// <summary>Bytes of plaintext in every chunk but the last: a power of two from 4 KiB to 1 MiB.</summary>
    public int ChunkSize { get; }

    /// <summary>The media type of the plaintext, as whoever sealed it said.</summary>
    public string ContentType { get; }

    /// <summary>The keys that open the object: 1 to 16.</summary>
    public IReadOnlyList<RecipientKeyId> Recipients { get; }

    /// <summary>Bytes of the header; the first chunk starts here.</summary>
    public int Length => _bytes.Length;

    internal ReadOnlySpan<byte> Salt => _bytes.AsSpan(16, SealedFormat.SaltSize);

    internal ReadOnlySpan<byte> Authenticated => _bytes.AsSpan(0, _bytes.Length - SealedFormat.MacSize);

    internal ReadOnlySpan<byte> Mac => _bytes.AsSpan(_bytes.Length - SealedFormat.MacSize);

    /// <summary>Parses a header from the start of <paramref name="bytes"/>; more may follow.</summary>
    /// <exception cref="SealedFormatException">
    /// The bytes are not a sealed object. <see cref="SealedFormatError.Truncated"/> when <paramref name="bytes"/> may be the start of one, but more are needed.
    /// </exception>
    public static SealedHeader Parse(ReadOnlySpan<byte> bytes)
    {
        int compare = Math.Min(bytes.Length, SealedFormat.Magic.Length);
        if (!bytes[..compare].SequenceEqual(SealedFormat.Magic[..compare]))
        {
            throw new SealedFormatException(SealedFormatError.NotSealed, $"the content is not sealed: it starts with {Describe(bytes[..compare])}, not with the magic of a sealed object");
        }

        Need(bytes, SealedFormat.FixedSize);
        if (bytes[8] != SealedFormat.Version)
        {
            throw new SealedFormatException(SealedFormatError.UnknownVersion, $"version: {bytes[8]} is not known, {SealedFormat.Version} is");
        }

        if (bytes[9] != SealedFormat.SuiteP256HkdfAesGcm)
        {
            throw new SealedFormatException(SealedFormatError.UnknownSuite, $"suite: {bytes[9]} is not known, {SealedFormat.SuiteP256HkdfAesGcm} is");
        }

        int recipients = BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]);
        uint chunkSize = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
        int contentType = BinaryPrimitives.ReadUInt16BigEndian(bytes[(16 + SealedFormat.SaltSize)..]);
        Check(recipients is >= 1 and <= SealedFormat.MaxRecipients, $"recipients: {recipients}, 1 to {SealedFormat.MaxRecipients} are allowed");
        Check(
            chunkSize is >= SealedFormat.MinChunkSize and <= SealedFormat.MaxChunkSize && (chunkSize & (chunkSize - 1)) == 0,
            $"chunk size: {chunkSize}, a power of two from {SealedFormat.MinChunkSize} to {SealedFormat.MaxChunkSize} is needed");
        Check(contentType <= SealedFormat.MaxContentType, $"content type: {contentType} bytes, at most {SealedFormat.MaxContentType} are allowed");

        int length = SealedFormat.FixedSize + contentType + (recipients * SealedFormat.StanzaSize) + SealedFormat.MacSize;
        Need(bytes, length);
        ReadOnlySpan<byte> type = bytes.Slice(SealedFormat.FixedSize, contentType);
        Check(!type.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e), "content type: only printable ASCII is allowed");

        var ids = new RecipientKeyId[recipients];
        for (int i = 0; i < recipients; i++)
        {
            ids[i] = RecipientKeyId.FromBytes(bytes.Slice(SealedFormat.FixedSize + contentType + (i * SealedFormat.StanzaSize), SealedFormat.KeyIdSize));
        }

        Check(ids.Distinct().Count() == ids.Length, "recipients: the same key stands twice");
        return new SealedHeader(bytes[..length].ToArray(), (int)chunkSize, Encoding.ASCII.GetString(type), ids);
    }

    /// <summary>The plaintext's length when the whole sealed object has <paramref name="sealedLength"/> bytes.</summary>
    /// <exception cref="SealedFormatException">Chunks cannot add up to that length: the object was cut or has something appended.</exception>
    public long PlaintextLength(long sealedLength)
    {
        long payload = sealedLength - Length;
        if (payload < SealedFormat.TagSize)
        {
            throw new SealedFormatException(SealedFormatError.Truncated, $"payload: {Math.Max(payload, 0)} bytes, at least one chunk of {SealedFormat.TagSize} is needed");
        }

        long sealedChunk = ChunkSize + SealedFormat.TagSize;
        long full = payload / sealedChunk;
        long rest = payload % sealedChunk;
        if (rest == 0)
        {
            return full * ChunkSize;
        }

        // Only an empty plaintext has an empty last chunk.
        if (rest < SealedFormat.TagSize || (rest == SealedFormat.TagSize && full > 0))
        {
            throw new SealedFormatException(SealedFormatError.BadFraming, $"payload: a last chunk of {rest} bytes cannot be; the object was cut or something was appended");
        }

        return (full * ChunkSize) + rest - SealedFormat.TagSize;
    }

    /// <summary>Which bytes of the sealed object hold a range of the plaintext: whole chunks, as they are opened only whole.</summary>
    /// <param name="plaintextOffset">First byte of plaintext wanted, from 0.</param>
    /// <param name="plaintextCount">Bytes of plaintext wanted, at least 1.</param>
    /// <param name="sealedLength">Bytes of the whole sealed object.</param>
    /// <returns>The first chunk's number, and the offset and count of sealed bytes to fetch.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the plaintext.</exception>
    public (long FirstChunk, long Offset, long Count) SealedRange(long plaintextOffset, long plaintextCount, long sealedLength)
    {
        long plain = PlaintextLength(sealedLength);
        ArgumentOutOfRangeException.ThrowIfNegative(plaintextOffset);
        ArgumentOutOfRangeException.ThrowIfLessThan(plaintextCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintextCount, plain - plaintextOffset);

        long sealedChunk = ChunkSize + SealedFormat.TagSize;
        long first = plaintextOffset / ChunkSize;
        long last = (plaintextOffset + plaintextCount - 1) / ChunkSize;
        long offset = Length + (first * sealedChunk);
        long end = Math.Min(Length + ((last + 1) * sealedChunk), sealedLength);
        return (first, offset, end - offset);
    }

    internal static byte[] Build(int chunkSize, string contentType, ReadOnlySpan<byte> salt, IReadOnlyList<byte[]> stanzas)
    {
        byte[] header = new byte[SealedFormat.FixedSize + contentType.Length + (stanzas.Count * SealedFormat.StanzaSize) + SealedFormat.MacSize];
        SealedFormat.Magic.CopyTo(header);
        header[8] = SealedFormat.Version;
        header[9] = SealedFormat.SuiteP256HkdfAesGcm;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)stanzas.Count);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), (uint)chunkSize);
        salt.CopyTo(header.AsSpan(16));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16 + SealedFormat.SaltSize), (ushort)contentType.Length);
        int at = SealedFormat.FixedSize + Encoding.ASCII.GetBytes(contentType, header.AsSpan(SealedFormat.FixedSize));
        foreach (byte[] stanza in stanzas)
        {
            stanza.CopyTo(header, at);
            at += stanza.Length;
        }

        return header;
    }

    internal ReadOnlySpan<byte> Stanza(RecipientKeyId recipient)
    {
        for (int i = 0; i < Recipients.Count; i++)
        {
            if (Recipients[i] == recipient)
            {
                return _bytes.AsSpan(SealedFormat.FixedSize + ContentType.Length + (i * SealedFormat.StanzaSize), SealedFormat.StanzaSize);
            }
        }

        return default;
    }

    private static void Need(ReadOnlySpan<byte> bytes, int length)
    {
        if (bytes.Length < length)
        {
            throw new SealedFormatException(SealedFormatError.Truncated, $"header: {bytes.Length} bytes, {length} are needed");
        }
    }

    private static void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw new SealedFormatException(SealedFormatError.BadHeader, message);
        }
    }

    private static string Describe(ReadOnlySpan<byte> start) => start.Length == 0 ? "nothing" : "0x" + Convert.ToHexStringLower(start);
}

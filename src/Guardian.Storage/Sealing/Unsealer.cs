using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>
/// Opens one sealed object with a recipient's private key, whole or chunk by chunk, in constant memory. Every chunk is verified before a byte of it is given
/// out. Safe for use by one thread at a time.
/// </summary>
public sealed class Unsealer : IDisposable
{
    private readonly AesGcm _aes;

    /// <summary>Unwraps the file key and verifies the header.</summary>
    /// <exception cref="SealedFormatException">The key is not among the recipients, or the header was changed.</exception>
    public Unsealer(SealedHeader header, RecipientPrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(key);
        Header = header;
        byte[] fileKey = FileKey(header, key);
        byte[] payloadKey = SealedFormat.PayloadKey(fileKey, header.Salt);
        try
        {
            _aes = new AesGcm(payloadKey, SealedFormat.TagSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
            CryptographicOperations.ZeroMemory(payloadKey);
        }
    }

    /// <summary>The verified header.</summary>
    public SealedHeader Header { get; }

    /// <summary>Opens a whole object from a stream.</summary>
    /// <param name="input">A sealed object from its first byte; read to its end.</param>
    /// <param name="key">A recipient's key.</param>
    /// <param name="output">Where verified plaintext goes. On an exception, what was written so far is authentic but incomplete.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The header of what was opened.</returns>
    /// <exception cref="SealedFormatException">It is not a sealed object, not for this key, cut, or changed.</exception>
    public static async Task<SealedHeader> UnsealAsync(Stream input, RecipientPrivateKey key, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        byte[] start = new byte[SealedFormat.MaxHeaderSize];
        int read = await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        SealedHeader header = SealedHeader.Parse(start.AsSpan(0, read));
        using var unsealer = new Unsealer(header, key);
        using var payload = new PrefixedStream(start.AsMemory(header.Length, read - header.Length), input);
        await unsealer.CopyAsync(payload, output, cancellationToken).ConfigureAwait(false);
        return header;
    }

    /// <summary>Opens one chunk.</summary>
    /// <param name="chunk">Its number, from 0.</param>
    /// <param name="last">Whether it is the object's last chunk.</param>
    /// <param name="sealedChunk">Its bytes with the tag.</param>
    /// <param name="plaintext">Receives <c>sealedChunk.Length - 16</c> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="SealedFormatException">The chunk was changed, stands in another place, or is the last one and should not be.</exception>
    public int OpenChunk(long chunk, bool last, ReadOnlySpan<byte> sealedChunk, Span<byte> plaintext)
    {
        int count = sealedChunk.Length - SealedFormat.TagSize;
        if (count < 0)
        {
            throw new SealedFormatException(SealedFormatError.Truncated, $"chunk {chunk}: {sealedChunk.Length} bytes, at least {SealedFormat.TagSize} are needed");
        }

        Span<byte> nonce = stackalloc byte[SealedFormat.NonceSize];
        SealedFormat.WriteNonce(nonce, chunk, last);
        try
        {
            _aes.Decrypt(nonce, sealedChunk[..count], sealedChunk[count..], plaintext[..count]);
            return count;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new SealedFormatException(SealedFormatError.NotAuthentic, $"chunk {chunk}: its tag does not verify: it was changed, moved, or the object was cut here", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();

    /// <summary>The file key of an object whose header holds; the caller wipes it.</summary>
    /// <exception cref="SealedFormatException">The key is not among the recipients, or the header was changed.</exception>
    internal static byte[] FileKey(SealedHeader header, RecipientPrivateKey key)
    {
        ReadOnlySpan<byte> stanza = header.Stanza(key.PublicKey.Id);
        if (stanza.IsEmpty)
        {
            throw new SealedFormatException(SealedFormatError.NoSuchRecipient, $"recipients: the object is not sealed to key {key.PublicKey.Id}");
        }

        byte[] fileKey = key.Unwrap(stanza.Slice(SealedFormat.KeyIdSize, SealedFormat.PointSize), stanza[(SealedFormat.KeyIdSize + SealedFormat.PointSize)..]);
        byte[] headerKey = SealedFormat.HeaderKey(fileKey, header.Salt);
        bool holds = CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(headerKey, header.Authenticated), header.Mac);
        CryptographicOperations.ZeroMemory(headerKey);
        if (!holds)
        {
            CryptographicOperations.ZeroMemory(fileKey);
            throw new SealedFormatException(SealedFormatError.NotAuthentic, "header: its MAC does not verify");
        }

        return fileKey;
    }

    private async Task CopyAsync(Stream payload, Stream output, CancellationToken cancellationToken)
    {
        int size = Header.ChunkSize + SealedFormat.TagSize;
        using var pipeline = new ChunkPipeline(payload, output, size, size, (chunk, last, place, count) =>
        {
            int plain = OpenChunk(chunk, last, place[..count], place);
            return plain > 0 || chunk == 0 ? plain
                : throw new SealedFormatException(SealedFormatError.BadFraming, $"chunk {chunk}: only an empty object has an empty last chunk");
        });
        await pipeline.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}

using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>
/// Seals streams to one or more public keys, in constant memory. Whoever seals keeps nothing that could open the result. Safe for use by many threads.
/// </summary>
/// <remarks>
/// 1. A random 256-bit file key and a random 128-bit salt are drawn.
/// 2. For each recipient an ephemeral P-256 key agrees on a secret; HKDF-SHA-256 makes a key of it, which wraps the file key.
/// 3. The header is authenticated with a key derived from the file key.
/// 4. The plaintext is cut into chunks; each is encrypted with AES-256-GCM under a counter nonce, the last one flagged.
/// </remarks>
public sealed class Sealer
{
    private readonly RecipientPublicKey[] _recipients;
    private readonly ISealingRandomness _randomness;
    private readonly int _chunkSize;

    /// <summary>Makes a sealer.</summary>
    /// <param name="recipients">Who can open what is sealed: 1 to 16 different keys.</param>
    /// <exception cref="ArgumentException">There are none, too many, or one stands twice.</exception>
    public Sealer(params IReadOnlyList<RecipientPublicKey> recipients)
        : this(recipients, new SystemSealingRandomness())
    {
    }

    internal Sealer(IReadOnlyList<RecipientPublicKey> recipients, ISealingRandomness randomness, int chunkSize = SealedFormat.DefaultChunkSize)
    {
        if (recipients.Count is < 1 or > SealedFormat.MaxRecipients || recipients.Select(r => r.Id).Distinct().Count() != recipients.Count)
        {
            throw new ArgumentException($"1 to {SealedFormat.MaxRecipients} different recipients are needed", nameof(recipients));
        }

        _recipients = [.. recipients];
        _randomness = randomness;
        _chunkSize = chunkSize;
    }

    /// <summary>How many bytes the sealed form of a plaintext has.</summary>
    public long SealedLength(long plaintextLength, string contentType)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plaintextLength);
        long chunks = Math.Max(1, (plaintextLength + _chunkSize - 1) / _chunkSize);
        return SealedFormat.FixedSize + contentType.Length + (_recipients.Length * SealedFormat.StanzaSize) + SealedFormat.MacSize
            + plaintextLength + (chunks * SealedFormat.TagSize);
    }

    /// <summary>Reads <paramref name="plaintext"/> to its end and writes the sealed object.</summary>
    /// <param name="plaintext">What to seal; read from where it stands.</param>
    /// <param name="output">Where the sealed object goes. On an exception what was written is worthless.</param>
    /// <param name="contentType">The plaintext's media type, readable by everyone: printable ASCII, at most 127 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The content type is out of range.</exception>
    public async Task SealAsync(Stream plaintext, Stream output, string contentType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        ArgumentNullException.ThrowIfNull(output);
        if (contentType.Length > SealedFormat.MaxContentType || contentType.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"content type: printable ASCII of at most {SealedFormat.MaxContentType} characters is needed", nameof(contentType));
        }

        byte[] fileKey = _randomness.Bytes(SealedFormat.KeySize);
        byte[] salt = _randomness.Bytes(SealedFormat.SaltSize);
        byte[] payloadKey = SealedFormat.PayloadKey(fileKey, salt);
        try
        {
            await output.WriteAsync(Header(fileKey, salt, contentType, _chunkSize), cancellationToken).ConfigureAwait(false);
            await ChunksAsync(payloadKey, plaintext, output, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
            CryptographicOperations.ZeroMemory(payloadKey);
        }
    }

    /// <summary>Seals a small plaintext in memory.</summary>
    /// <exception cref="ArgumentException">The content type is out of range.</exception>
    public async Task<byte[]> SealAsync(ReadOnlyMemory<byte> plaintext, string contentType, CancellationToken cancellationToken = default)
    {
        using var input = new MemoryStream(plaintext.ToArray(), writable: false);
        using var output = new MemoryStream((int)SealedLength(plaintext.Length, contentType));
        await SealAsync(input, output, contentType, cancellationToken).ConfigureAwait(false);
        return output.ToArray();
    }

    private async Task ChunksAsync(byte[] payloadKey, Stream plaintext, Stream output, CancellationToken cancellationToken)
    {
        using var aes = new AesGcm(payloadKey, SealedFormat.TagSize);
        using var pipeline = new ChunkPipeline(plaintext, output, _chunkSize, _chunkSize + SealedFormat.TagSize, (chunk, last, place, count) =>
        {
            Span<byte> nonce = stackalloc byte[SealedFormat.NonceSize];
            SealedFormat.WriteNonce(nonce, chunk, last);
            aes.Encrypt(nonce, place[..count], place[..count], place.Slice(count, SealedFormat.TagSize));
            return count + SealedFormat.TagSize;
        });
        await pipeline.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    internal byte[] Header(byte[] fileKey, byte[] salt, string contentType, int chunkSize)
    {
        byte[] header = SealedHeader.Build(chunkSize, contentType, salt, [.. _recipients.Select(r => Stanza(r, fileKey))]);
        byte[] headerKey = SealedFormat.HeaderKey(fileKey, salt);
        HMACSHA256.HashData(headerKey, header.AsSpan(0, header.Length - SealedFormat.MacSize), header.AsSpan(header.Length - SealedFormat.MacSize));
        CryptographicOperations.ZeroMemory(headerKey);
        return header;
    }

    private byte[] Stanza(RecipientPublicKey recipient, byte[] fileKey)
    {
        using ECDiffieHellman ephemeral = _randomness.EphemeralKey();
        using ECDiffieHellman peer = EcPoint.Import(recipient.Point);
        using ECDiffieHellmanPublicKey peerKey = peer.PublicKey;
        byte[] ephemeralPoint = RecipientPublicKey.Of(ephemeral).Point;
        byte[] secret = ephemeral.DeriveRawSecretAgreement(peerKey);
        byte[] wrapKey = SealedFormat.WrapKey(secret, ephemeralPoint, recipient.Point);

        byte[] stanza = new byte[SealedFormat.StanzaSize];
        recipient.Id.ToBytes().CopyTo(stanza, 0);
        ephemeralPoint.CopyTo(stanza, SealedFormat.KeyIdSize);
        Span<byte> wrapped = stanza.AsSpan(SealedFormat.KeyIdSize + SealedFormat.PointSize);
        using (var aes = new AesGcm(wrapKey, SealedFormat.TagSize))
        {
            // The wrap key is used once, so a fixed nonce is sound.
            Span<byte> nonce = stackalloc byte[SealedFormat.NonceSize];
            nonce.Clear();
            aes.Encrypt(nonce, fileKey, wrapped[..SealedFormat.KeySize], wrapped[SealedFormat.KeySize..]);
        }

        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(wrapKey);
        return stanza;
    }
}

using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>
/// Gives a sealed object other recipients without touching its chunks: whoever holds a key that opens it makes a new header around the same file key. The payload stays byte for
/// byte, so an object of any size costs a header.
/// </summary>
/// <remarks>
/// Whoever was a recipient before may have kept the file key. Rewrapping hands objects on to a new key; it does not take back what an old one could already read.
/// </remarks>
public static class Rewrapper
{
    /// <summary>Makes the new header.</summary>
    /// <param name="header">The header that the object has.</param>
    /// <param name="key">The key of one of its recipients.</param>
    /// <param name="recipients">Who can open the object from now on: 1 to 16 different keys. A recipient that is to keep access is named again.</param>
    /// <returns>The new header: it is followed by the object's payload, from <see cref="SealedHeader.Length"/> of the old header on.</returns>
    /// <exception cref="ArgumentException">There are no recipients, too many, or one stands twice.</exception>
    /// <exception cref="SealedFormatException">The key is not among the recipients, or the header was changed.</exception>
    public static byte[] RewrapHeader(SealedHeader header, RecipientPrivateKey key, params IReadOnlyList<RecipientPublicKey> recipients)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(key);
        var sealer = new Sealer(recipients);
        byte[] fileKey = Unsealer.FileKey(header, key);
        try
        {
            return sealer.Header(fileKey, header.Salt.ToArray(), header.ContentType, header.ChunkSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    /// <summary>Copies a sealed object with a new header.</summary>
    /// <param name="input">The object from its first byte; read to its end.</param>
    /// <param name="key">The key of one of its recipients.</param>
    /// <param name="recipients">Who can open the copy.</param>
    /// <param name="output">Receives the copy. On an exception what was written is worthless.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="RewrapHeader" path="/exception"/>
    public static async Task RewrapAsync(
        Stream input, RecipientPrivateKey key, IReadOnlyList<RecipientPublicKey> recipients, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        byte[] start = new byte[SealedHeader.MaxLength];
        int read = await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        SealedHeader header = SealedHeader.Parse(start.AsSpan(0, read));
        await output.WriteAsync(RewrapHeader(header, key, recipients), cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(start.AsMemory(header.Length, read - header.Length), cancellationToken).ConfigureAwait(false);
        await input.CopyToAsync(output, 1 << 20, cancellationToken).ConfigureAwait(false);
    }
}

using System.Security.Cryptography;

namespace Guardian.Models.Catalog;

/// <summary>Model files in pieces that can be checked one by one.</summary>
internal static class ModelChunks
{
    /// <summary>Large enough that the hashes of the largest model are 64 KiB, small enough to hold one for each of many readers.</summary>
    public const int Size = 256 << 10;

    /// <summary>Copies a stream and hashes it, whole and in pieces.</summary>
    /// <param name="from">Read to its end.</param>
    /// <param name="to">Where it goes; null to hash alone.</param>
    /// <param name="limit">The most bytes that are taken.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    /// <returns>Null when there are more bytes than the limit.</returns>
    public static async Task<(long Length, string Sha256, byte[] Hashes)?> CopyAsync(Stream from, Stream? to, long limit, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashes = new MemoryStream();
        byte[] buffer = new byte[Size];
        long length = 0;
        for (int read; (read = await from.ReadAtLeastAsync(buffer, Size, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0; length += read)
        {
            if (length + read > limit)
            {
                return null;
            }

            whole.AppendData(buffer, 0, read);
            hashes.Write(SHA256.HashData(buffer.AsSpan(0, read)));
            if (to is not null)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }

        return (length, Convert.ToHexStringLower(whole.GetHashAndReset()), hashes.ToArray());
    }
}

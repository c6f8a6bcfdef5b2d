using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>The bytes of a put on their way into a store: read in runs, counted, hashed, and held against what was announced.</summary>
internal sealed class PutContent(PipeReader reader, PutOptions options) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[]? _sha256;

    /// <summary>Bytes read so far.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the last byte has been read.</summary>
    public bool Ended { get; private set; }

    /// <summary>SHA-256 of the content, once it has ended.</summary>
    public byte[] Sha256 => Ended ? _sha256 ??= _hash.GetHashAndReset() : throw new InvalidOperationException("the content has not been read to its end");

    /// <summary>Fills a buffer. It is full when this returns, unless the content has ended.</summary>
    /// <exception cref="StorageException">There are more bytes than were announced.</exception>
    public async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int filled = 0;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled)
            {
                throw new OperationCanceledException("the content was cancelled");
            }

            ReadOnlySequence<byte> taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, buffer.Length - filled));
            taken.CopyTo(buffer.Span[filled..]);
            filled += (int)taken.Length;
            bool more = taken.Length < result.Buffer.Length;
            reader.AdvanceTo(taken.End);
            Ended = result.IsCompleted && !more;
            if (Ended || more)
            {
                // A full buffer is given back only when it is known whether more follows, so that the last one is known to be the last.
                _hash.AppendData(buffer.Span[..filled]);
                Length += filled;
                return Length <= options.Length.GetValueOrDefault(long.MaxValue) ? filled : throw WrongLength();
            }
        }
    }

    /// <summary>To be called at the end, before the object becomes visible.</summary>
    /// <exception cref="StorageException">The content is not what was announced.</exception>
    public void Verify()
    {
        if (options.Length is { } announced && announced != Length)
        {
            throw WrongLength();
        }

        if (!options.Sha256.IsEmpty && !options.Sha256.Span.SequenceEqual(Sha256))
        {
            throw new UnarchivableException($"sha256: the content has {Convert.ToHexStringLower(Sha256)}, {Convert.ToHexStringLower(options.Sha256.Span)} was announced");
        }
    }

    public void Dispose() => _hash.Dispose();

    private UnarchivableException WrongLength() => new($"length: {Length} bytes{(Ended ? "" : " or more")}, {options.Length} were announced");
}

using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Guardian.Models.Catalog;

/// <summary>
/// A model file that gives no byte which it has not checked: each chunk is read into memory, hashed, compared, and only then handed out from there. Not safe for use by many threads.
/// </summary>
/// <param name="file">The open file, which this disposes of.</param>
/// <param name="size">Its length.</param>
/// <param name="hashes">SHA-256 of each chunk.</param>
/// <param name="damaged">Told of a chunk that is not what was registered, before the reader is; gives what the reader is told.</param>
internal sealed class VerifiedModelStream(SafeFileHandle file, long size, ReadOnlyMemory<byte> hashes, Func<string, Task<ModelException>> damaged) : Stream
{
    private readonly byte[] _chunk = new byte[(int)Math.Min(ModelChunks.Size, size)];
    private long _loaded = -1;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= size || buffer.IsEmpty)
        {
            return 0;
        }

        long number = _position / ModelChunks.Size;
        if (number != _loaded)
        {
            await LoadAsync(number, cancellationToken).ConfigureAwait(false);
        }

        int start = (int)(_position % ModelChunks.Size), count = Math.Min(buffer.Length, LengthOf(number) - start);
        _chunk.AsSpan(start, count).CopyTo(buffer.Span);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => size,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }

    private int LengthOf(long number) => (int)Math.Min(ModelChunks.Size, size - (number * ModelChunks.Size));

    private async Task LoadAsync(long number, CancellationToken cancellationToken)
    {
        _loaded = -1;
        Memory<byte> chunk = _chunk.AsMemory(0, LengthOf(number));
        int filled = 0;
        for (int read = 1; read > 0 && filled < chunk.Length; filled += read)
        {
            read = await RandomAccess.ReadAsync(file, chunk[filled..], (number * ModelChunks.Size) + filled, cancellationToken).ConfigureAwait(false);
        }

        ReadOnlySpan<byte> expected = hashes.Span.Slice((int)number * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
        if (filled < chunk.Length || !SHA256.HashData(chunk.Span).AsSpan().SequenceEqual(expected))
        {
            throw await damaged($"chunk {number} of {ModelChunks.Size} bytes has another SHA-256").ConfigureAwait(false);
        }

        _loaded = number;
    }
}

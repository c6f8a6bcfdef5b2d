using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>
/// The plaintext of a sealed object as a stream that seeks: fetches the chunks that are read, verifies each before a byte of it is given out, and holds one at a time. Reading on
/// from where the last read ended goes on in the same fetch. Safe for use by one thread at a time.
/// </summary>
public sealed class UnsealingStream : Stream
{
    private readonly RangeSource _source;
    private readonly Unsealer _unsealer;
    private readonly long _sealedLength;
    private readonly byte[] _sealed;
    private readonly byte[] _plain;
    private ArchiveRead? _open;
    private long _openAt;
    private long _chunk = -1;
    private int _count;
    private long _position;

    private UnsealingStream(RangeSource source, Unsealer unsealer, long sealedLength)
    {
        _source = source;
        _unsealer = unsealer;
        _sealedLength = sealedLength;
        _sealed = new byte[unsealer.Header.ChunkSize + SealedFormat.TagSize];
        _plain = new byte[unsealer.Header.ChunkSize];
        Length = unsealer.Header.PlaintextLength(sealedLength);
    }

    /// <summary>The verified header.</summary>
    public SealedHeader Header => _unsealer.Header;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Bytes of plaintext. Until the last chunk has been read this is what the sealed object's size says; a cut object is noticed when its end is read.</summary>
    public override long Length { get; }

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Reads the header and unwraps the file key.</summary>
    /// <param name="source">Where the sealed bytes are.</param>
    /// <param name="key">A recipient's key; may be disposed afterwards.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SealedFormatException">It is not a sealed object, not for this key, cut, or changed.</exception>
    public static async Task<UnsealingStream> OpenAsync(RangeSource source, RecipientPrivateKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArchiveRead start = await source(new ByteRange(0, SealedHeader.MaxLength), cancellationToken).ConfigureAwait(false);
        await using (start.ConfigureAwait(false))
        {
            byte[] bytes = new byte[SealedHeader.MaxLength];
            int read = await start.Content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var unsealer = new Unsealer(SealedHeader.Parse(bytes.AsSpan(0, read)), key);
            try
            {
                return new UnsealingStream(source, unsealer, start.TotalSize);
            }
            catch
            {
                unsealer.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty)
        {
            // An empty object's one chunk is verified all the same.
            if (Length == 0 && _chunk < 0)
            {
                await LoadAsync(0, cancellationToken).ConfigureAwait(false);
            }

            return 0;
        }

        await LoadAsync(_position / Header.ChunkSize, cancellationToken).ConfigureAwait(false);
        int at = (int)(_position % Header.ChunkSize);
        int count = Math.Min(buffer.Length, _count - at);
        _plain.AsSpan(at, count).CopyTo(buffer.Span);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not supported: what is behind this stream may be far away. Use <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous reads are supported");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _open?.Content.Dispose();
            _open = null;
            _unsealer.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    private async Task LoadAsync(long chunk, CancellationToken cancellationToken)
    {
        if (chunk == _chunk)
        {
            return;
        }

        long at = Header.Length + (chunk * _sealed.Length);
        int size = (int)Math.Min(_sealed.Length, _sealedLength - at);
        if (_open is null || _openAt != at)
        {
            await CloseAsync().ConfigureAwait(false);
            _open = await _source(new ByteRange(at, _sealedLength - at), cancellationToken).ConfigureAwait(false);
        }

        // Until it is verified there is no chunk, and no fetch whose place is known.
        _chunk = -1;
        _openAt = -1;
        int read = await _open.Content.ReadAtLeastAsync(_sealed.AsMemory(0, size), size, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read < size)
        {
            throw new SealedFormatException(SealedFormatError.Truncated, $"chunk {chunk}: {read} of {size} bytes; the object was cut here");
        }

        _count = _unsealer.OpenChunk(chunk, at + size == _sealedLength, _sealed.AsSpan(0, size), _plain);
        (_chunk, _openAt) = (chunk, at + size);
    }

    private async Task CloseAsync()
    {
        if (_open is { } open)
        {
            _open = null;
            await open.DisposeAsync().ConfigureAwait(false);
        }
    }
}

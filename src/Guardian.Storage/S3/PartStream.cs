namespace Guardian.Storage;

/// <summary>The bytes of one part on their way out; each read tells the guard that they move. The SDK rewinds it to try again.</summary>
internal sealed class PartStream(byte[] buffer, int count, StallGuard guard) : MemoryStream(buffer, 0, count, writable: false)
{
    private readonly byte[] _bytes = buffer;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        guard.Moved();
        int read = (int)Math.Min(buffer.Length, Length - Position);
        _bytes.AsSpan((int)Position, read).CopyTo(buffer);
        Position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));
}

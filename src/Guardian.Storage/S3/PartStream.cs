namespace Guardian.Storage;

/// <summary>The bytes of one part on their way out; each read tells the guard that they move. The SDK rewinds it to try again.</summary>
internal sealed class PartStream(byte[] buffer, int count, StallGuard guard) : MemoryStream(buffer, 0, count, writable: false)
{
    public override int Read(byte[] buffer, int offset, int count)
    {
        guard.Moved();
        return base.Read(buffer, offset, count);
    }

    public override int Read(Span<byte> buffer)
    {
        guard.Moved();
        // The base class sends a derived class's span reads through an array of its own.
        int read = (int)Math.Min(buffer.Length, Length - Position);
        GetBufferSpan(read).CopyTo(buffer);
        Position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    private ReadOnlySpan<byte> GetBufferSpan(int read) => _buffer.AsSpan((int)Position, read);

    private readonly byte[] _buffer = buffer;
}

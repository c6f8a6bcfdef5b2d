namespace Guardian.Storage;

/// <summary>An object's bytes as they come from the server. Disposing it before the end drops the connection, so that nothing more is sent.</summary>
internal sealed class S3ReadStream(IDisposable response, Stream content, long count, string what, TimeSpan stallTimeout) : ForwardStream
{
    private long _left = count;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _left == 0)
        {
            return 0;
        }

        using var guard = new StallGuard(stallTimeout, cancellationToken);
        try
        {
            int read = await content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], guard.Token).ConfigureAwait(false);
            _left -= read;
            return read > 0 ? read : throw new StorageException($"s3: {what}: the connection ended {_left} bytes early", isTransient: true);
        }
        catch (Exception e) when (S3Calls.Translate(what, e, guard) is { } translated)
        {
            throw translated;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("an object of a server is read asynchronously");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}

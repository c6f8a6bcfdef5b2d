namespace Guardian.Conformance;

/// <summary>A source that gives some bytes and then fails.</summary>
internal sealed class FailingStream(int good) : MemoryStream(new byte[good])
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await base.ReadAsync(buffer, cancellationToken);
        return read > 0 ? read : throw new IOException("the source failed");
    }

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        await base.CopyToAsync(destination, bufferSize, cancellationToken);
        throw new IOException("the source failed");
    }
}

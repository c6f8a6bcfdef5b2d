namespace Guardian.Storage.Conformance;

/// <summary>A source that gives some bytes and then fails.</summary>
internal sealed class FailingStream(byte[] good) : MemoryStream(good)
{
    public FailingStream(int good)
        : this(new byte[good])
    {
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await base.ReadAsync(buffer, cancellationToken);
        return read > 0 ? read : throw new IOException("the source failed");
    }
}

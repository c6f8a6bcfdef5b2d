using System.Buffers;

namespace Guardian.Storage;

/// <summary>The memory of all parts together: bounded, and rented. Who finds none left waits.</summary>
internal sealed class PartBuffers(int partBytes, long maxBytes) : IDisposable
{
    private readonly SemaphoreSlim _slots = new((int)Math.Min(int.MaxValue, maxBytes / partBytes));

    /// <param name="bytes">How large, at most a part.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<byte[]> RentAsync(int bytes, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ArrayPool<byte>.Shared.Rent(bytes);
    }

    public void Return(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        _slots.Release();
    }

    public void Dispose() => _slots.Dispose();
}

namespace Guardian.Storage;

/// <summary>One at a time for each key, in this process. Keys share a fixed number of locks.</summary>
internal sealed class KeyLocks
{
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public async ValueTask<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        SemaphoreSlim one = _locks[(uint)key.GetHashCode(StringComparison.Ordinal) % (uint)_locks.Length];
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Held(one);
    }

    private sealed class Held(SemaphoreSlim one) : IDisposable
    {
        public void Dispose() => one.Release();
    }
}

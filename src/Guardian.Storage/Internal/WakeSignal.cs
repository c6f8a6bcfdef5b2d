namespace Guardian.Storage;

/// <summary>Has a loop look at once instead of after its wait. Raised while the loop works, it is kept for the next wait; raised twice, it counts once.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _raised = new(0, 1);

    public void Raise()
    {
        if (_raised.CurrentCount == 0)
        {
            try
            {
                _raised.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else has just raised it.
            }
        }
    }

    /// <summary>Ends when the signal is raised, or was since the last wait.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _raised.WaitAsync(cancellationToken);

    /// <summary>Ends when the signal is raised, or was since the last wait, or when the time is over.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _raised.WaitAsync(longest, cancellationToken);

    public void Dispose() => _raised.Dispose();
}

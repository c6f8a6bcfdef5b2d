namespace Guardian.Storage;

/// <summary>
/// A circuit breaker: after so many failures in a row the store counts as down and is left alone; when the pause is over one object probes it. A success closes the circuit, a failure opens it for twice as long.
/// </summary>
/// <remarks>It is shared by all objects, so that an outage costs each of them at most one attempt, and no object waits out a long delay of its own when the store is back.</remarks>
internal sealed class StoreBreaker(int threshold, TimeSpan firstPause, TimeSpan longestPause, TimeProvider time)
{
    private readonly Lock _lock = new();
    private ArchiveStoreHealth _health = new(ArchiveStoreState.Up, time.GetUtcNow(), null);
    private int _failures;
    private int _pauses;
    private DateTimeOffset _until;

    public ArchiveStoreHealth Health
    {
        get
        {
            lock (_lock)
            {
                return _health;
            }
        }
    }

    /// <summary>How many attempts may begin, given how many are under way.</summary>
    public int Allowance(int parallelism, int underWay)
    {
        lock (_lock)
        {
            if (_health.State == ArchiveStoreState.Down && underWay == 0 && time.GetUtcNow() >= _until)
            {
                _health = _health with { State = ArchiveStoreState.Probing, Since = time.GetUtcNow() };
            }

            return _health.State switch
            {
                ArchiveStoreState.Up => parallelism - underWay,
                ArchiveStoreState.Probing => 1 - underWay,
                _ => 0,
            };
        }
    }

    /// <summary>The store did what it was asked to, or said why it does not.</summary>
    /// <returns>True when it was down until now.</returns>
    public bool Succeeded()
    {
        lock (_lock)
        {
            bool wasDown = _health.State != ArchiveStoreState.Up;
            (_failures, _pauses) = (0, 0);
            if (wasDown)
            {
                _health = new ArchiveStoreHealth(ArchiveStoreState.Up, time.GetUtcNow(), null);
            }

            return wasDown;
        }
    }

    /// <returns>How long the store is left alone from now; null when it still counts as up.</returns>
    public TimeSpan? Failed(string error)
    {
        lock (_lock)
        {
            if (_health.State == ArchiveStoreState.Down || (_health.State == ArchiveStoreState.Up && ++_failures < threshold))
            {
                // Down already: attempts that were under way end now.
                _health = _health with { LastError = error };
                return null;
            }

            TimeSpan pause = Backoff.Of(firstPause, longestPause, _pauses++);
            _until = time.GetUtcNow() + pause;
            _health = new ArchiveStoreHealth(ArchiveStoreState.Down, time.GetUtcNow(), error);
            return pause;
        }
    }
}

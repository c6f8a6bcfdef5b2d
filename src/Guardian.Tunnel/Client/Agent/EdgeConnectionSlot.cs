namespace Guardian.Tunnel;

/// <summary>
/// The credentials and client in use. When the credentials are renewed, new calls take the new client while those that run finish on the old one, which goes with the last of them. Safe for use by many threads.
/// </summary>
internal sealed class EdgeConnectionSlot : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private Entry _current;
    private long _lastAnswer;
    private CancellationTokenSource _replaced = new();

    public EdgeConnectionSlot(EdgeCredentials credentials, TimeProvider time)
    {
        _time = time;
        _lastAnswer = time.GetUtcNow().UtcTicks;
        _current = new Entry(credentials, new EdgeClient(credentials, time));
    }

    public EdgeCredentials Credentials
    {
        get
        {
            lock (_lock)
            {
                return _current.Credentials;
            }
        }
    }

    /// <summary>When the node last answered; when this was made, before it did.</summary>
    public DateTimeOffset LastAnswer => new(Interlocked.Read(ref _lastAnswer), TimeSpan.Zero);

    /// <summary>Fires when there is a newer client: a call that lasts should begin anew on it.</summary>
    public CancellationToken Replaced
    {
        get
        {
            lock (_lock)
            {
                return _replaced.Token;
            }
        }
    }

    public async Task<T> UseAsync<T>(Func<EdgeClient, Task<T>> call)
    {
        Entry entry = Take();
        try
        {
            T result = await call(entry.Client).ConfigureAwait(false);
            Interlocked.Exchange(ref _lastAnswer, _time.GetUtcNow().UtcTicks);
            return result;
        }
        finally
        {
            Return(entry);
        }
    }

    public void Replace(EdgeCredentials credentials)
    {
        CancellationTokenSource replaced;
        Entry former;
        lock (_lock)
        {
            former = _current;
            replaced = _replaced;
            _current = new Entry(credentials, new EdgeClient(credentials, _time));
            _replaced = new CancellationTokenSource();
        }

        replaced.Cancel();
        Return(former);
    }

    public void Dispose()
    {
        _current.Dispose();
        _replaced.Dispose();
    }

    private Entry Take()
    {
        lock (_lock)
        {
            _current.Users++;
            return _current;
        }
    }

    private void Return(Entry entry)
    {
        bool last;
        lock (_lock)
        {
            last = --entry.Users == 0;
        }

        if (last)
        {
            entry.Dispose();
        }
    }

    /// <summary>The slot itself is the first user of what it holds.</summary>
    private sealed class Entry(EdgeCredentials credentials, EdgeClient client) : IDisposable
    {
        public EdgeCredentials Credentials { get; } = credentials;

        public EdgeClient Client { get; } = client;

        public int Users { get; set; } = 1;

        public void Dispose()
        {
            Client.Dispose();
            Credentials.Dispose();
        }
    }
}

namespace Guardian.Storage;

/// <summary>Ends a call in which nothing has moved for a while. Whoever moves bytes says so.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;

    public StallGuard(TimeSpan limit, CancellationToken caller)
    {
        _limit = limit;
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _source.CancelAfter(limit);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether the guard ended the call, and not the caller.</summary>
    public bool HasStalled => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Moved() => _source.CancelAfter(_limit);

    public StorageException Stalled(string what) => new($"s3: {what}: nothing moved for {_limit.TotalSeconds:0.#} s", isTransient: true);

    public void Dispose() => _source.Dispose();
}

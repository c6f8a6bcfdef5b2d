namespace Guardian.Grpc.Server;

/// <summary>The time limit of one call on the server, and the token that fires at it or when the client goes.</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource? _linked;

    public CallDeadline(TimeSpan? timeout, TimeProvider timeProvider, CancellationToken requestAborted)
    {
        Token = requestAborted;
        if (timeout is { } limit)
        {
            Time = timeProvider.GetUtcNow() + limit;
            _timer = new CancellationTokenSource(limit, timeProvider);
            _linked = CancellationTokenSource.CreateLinkedTokenSource(requestAborted, _timer.Token);
            Token = _linked.Token;
        }
    }

    public DateTimeOffset? Time { get; }

    public CancellationToken Token { get; }

    public bool HasPassed => _timer is { IsCancellationRequested: true };

    public void Dispose()
    {
        _linked?.Dispose();
        _timer?.Dispose();
    }
}

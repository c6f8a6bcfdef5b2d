namespace Guardian.Grpc.Server;

/// <summary>How long one call on the server may go on: the token fires at its deadline, when the client goes, and when the server ends it.</summary>
internal sealed class CallLifetime : IDisposable
{
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource _linked;
    private RpcException? _end;

    public CallLifetime(TimeSpan? timeout, TimeProvider timeProvider, CancellationToken requestAborted)
    {
        if (timeout is { } limit)
        {
            Deadline = timeProvider.GetUtcNow() + limit;
            _timer = new CancellationTokenSource(limit, timeProvider);
        }

        _linked = CancellationTokenSource.CreateLinkedTokenSource(requestAborted, _timer?.Token ?? CancellationToken.None);
        Token = _linked.Token;
    }

    public DateTimeOffset? Deadline { get; }

    public CancellationToken Token { get; }

    public bool DeadlineHasPassed => _timer is { IsCancellationRequested: true };

    /// <summary>The status that <see cref="End"/> gave; null when nobody ended the call.</summary>
    public RpcException? EndedWith => Volatile.Read(ref _end);

    /// <summary>Ends the call with a status. The first one counts; a call that is over stays as it is.</summary>
    public void End(RpcException status)
    {
        if (Interlocked.CompareExchange(ref _end, status, null) is null)
        {
            try
            {
                _linked.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The call ended by itself at the same moment.
            }
        }
    }

    public void Dispose()
    {
        _linked.Dispose();
        _timer?.Dispose();
    }
}

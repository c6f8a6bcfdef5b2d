using System.IO.Pipelines;

namespace Guardian.Grpc.Wire;

/// <summary>Wakes a pending read when nothing came for too long. One timer serves a whole call; it is armed only while a read really waits.</summary>
internal sealed class IdleTimer(TimeProvider timeProvider) : IDisposable
{
    private ITimer? _timer;
    private PipeReader? _pipe;
    private long _started;

    /// <summary>Longest wait; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for no bound.</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>
    /// Whether the last armed wait took its full time. A timer that fires just as data comes leaves a cancelled read for the next one to find,
    /// which this tells apart.
    /// </summary>
    public bool HasElapsed => Timeout != System.Threading.Timeout.InfiniteTimeSpan && timeProvider.GetElapsedTime(_started) >= Timeout;

    public void Start(PipeReader pipe)
    {
        if (Timeout == System.Threading.Timeout.InfiniteTimeSpan)
        {
            return;
        }

        _pipe = pipe;
        _started = timeProvider.GetTimestamp();
        _timer ??= timeProvider.CreateTimer(static state => ((IdleTimer)state!)._pipe?.CancelPendingRead(), this, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);

        // A millisecond more than asked, since timers may fire that much early and the read would then wait again.
        _timer.Change(Timeout + TimeSpan.FromMilliseconds(1), System.Threading.Timeout.InfiniteTimeSpan);
    }

    public void Stop() => _timer?.Change(System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer?.Dispose();
}

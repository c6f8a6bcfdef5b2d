namespace Guardian.Tunnel;

/// <summary>
/// Shares out what all downloads of models may take together: each piece reserves its time on the line, one after the other, and waits for it. So a rollout leaves processors and line to events. Safe for use by many threads.
/// </summary>
internal sealed class ModelPace(long bytesPerSecond, TimeProvider time)
{
    /// <summary>Time on the line that was not used and may be made up for.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);

    /// <summary>Shorter waits are not worth a timer.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _free;

    /// <summary>Waits until so many bytes may be sent.</summary>
    public Task WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        TimeSpan now = time.GetElapsedTime(_start), begin;
        lock (_lock)
        {
            begin = _free < now - Slack ? now - Slack : _free;
            _free = begin + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
        }

        return begin - now < Least ? Task.CompletedTask : Task.Delay(begin - now, time, cancellationToken);
    }
}

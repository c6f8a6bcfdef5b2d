namespace Guardian.Models.Internal;

/// <summary>Wakes all who wait when something has changed. Take <see cref="Next"/> before looking, so that no change between looking and waiting is missed.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = Create();

    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, Create()).SetResult();

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

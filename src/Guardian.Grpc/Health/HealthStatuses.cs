namespace Guardian.Grpc.Health;

/// <summary>The statuses by service name, and a signal for whoever watches them.</summary>
internal sealed class HealthStatuses(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingStatus> _byService = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();
    private bool _stopped;

    /// <summary>False when the name is new and there is no room for it.</summary>
    public bool TrySet(string service, ServingStatus status)
    {
        lock (_lock)
        {
            if (_byService.TryGetValue(service, out ServingStatus present))
            {
                if (_stopped || present == status)
                {
                    return true;
                }
            }
            else if (_byService.Count >= capacity)
            {
                return false;
            }

            _byService[service] = _stopped ? ServingStatus.NotServing : status;
            Signal();
            return true;
        }
    }

    /// <summary>From here on everything is, and stays, not serving.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            foreach (string service in _byService.Keys.ToArray())
            {
                _byService[service] = ServingStatus.NotServing;
            }

            Signal();
        }
    }

    /// <summary>The status, and a task that ends with the next change of any: taken together, so that no change is missed between them.</summary>
    public (ServingStatus? Status, Task Changed) Get(string service)
    {
        lock (_lock)
        {
            return (_byService.TryGetValue(service, out ServingStatus status) ? status : null, _changed.Task);
        }
    }

    // Continuations run elsewhere, not under the lock.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }
}

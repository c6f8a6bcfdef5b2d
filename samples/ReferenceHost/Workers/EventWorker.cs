using Guardian.Events;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Leases events at one stage and works on them one by one; what fails comes back later.</summary>
internal abstract class EventWorker(IEventStore events, EventStage stage, int batch, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2), Idle = TimeSpan.FromMilliseconds(250), FirstRetry = TimeSpan.FromSeconds(1), LastRetry = TimeSpan.FromMinutes(1);

    protected IEventStore Events { get; } = events;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            int worked = 0;
            try
            {
                foreach (EventLease lease in await Events.LeaseAsync(stage, batch, Lease, stoppingToken))
                {
                    await TryAsync(lease, stoppingToken);
                    worked++;
                }
            }
            catch (EventsException e)
            {
                Log.WorkerFailed(logger, stage, e);
            }

            if (worked == 0)
            {
                await Task.Delay(Idle, stoppingToken);
            }
        }
    }

    protected abstract Task WorkAsync(EventLease lease, CancellationToken cancellationToken);

    protected abstract Task GiveUpAsync(EventLease lease, Exception error, CancellationToken cancellationToken);

    protected abstract bool IsLast(int attempt);

    private async Task TryAsync(EventLease lease, CancellationToken cancellationToken)
    {
        // One attempt more than the last: the last one ended with its process, and so would this one.
        if (IsLast(lease.Attempt - 1))
        {
            var error = new EventsException($"attempt {lease.Attempt - 1} ended with its process");
            Log.StepFailed(logger, stage, lease.Event.Id, lease.Attempt - 1, error);
            await GiveUpAsync(lease, error, cancellationToken);
            return;
        }

        try
        {
            await WorkAsync(lease, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.StepFailed(logger, stage, lease.Event.Id, lease.Attempt, e);
            if (IsLast(lease.Attempt))
            {
                await GiveUpAsync(lease, e, cancellationToken);
                return;
            }

            TimeSpan wait = FirstRetry * Math.Pow(2, Math.Min(lease.Attempt - 1, 10));
            await Events.PostponeAsync(lease, wait < LastRetry ? wait : LastRetry, e.GetType().Name, cancellationToken);
        }
    }
}

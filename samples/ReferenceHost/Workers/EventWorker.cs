using Guardian.Events;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Leases events at one stage and works on them one by one; what fails comes back later.</summary>
internal abstract class EventWorker(IEventStore events, EventStage stage, ILogger logger) : BackgroundService
{
    private const int Batch = 8;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2), Idle = TimeSpan.FromMilliseconds(250), FirstRetry = TimeSpan.FromSeconds(1), LastRetry = TimeSpan.FromMinutes(1);

    protected IEventStore Events { get; } = events;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            int worked = 0;
            try
            {
                foreach (EventLease lease in await Events.LeaseAsync(stage, Batch, Lease, stoppingToken))
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

using Guardian.Models;

namespace Guardian.ReferenceHost.Workers;

/// <summary>Lets rollouts take their steps, and removes models that nobody needs any more.</summary>
internal sealed class RolloutWorker(IModelDistributor distributor, IModelCatalog catalog, TimeProvider time, ILogger<RolloutWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), CleanInterval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long? cleaned = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await distributor.AdvanceAsync(stoppingToken);
                if (cleaned is null || time.GetElapsedTime(cleaned.Value) >= CleanInterval)
                {
                    await catalog.CleanAsync(stoppingToken);
                    cleaned = time.GetTimestamp();
                }
            }
            catch (ModelException e)
            {
                Log.RolloutLoopFailed(logger, e);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }
}

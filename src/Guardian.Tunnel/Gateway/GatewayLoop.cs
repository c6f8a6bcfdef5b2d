using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Runs pieces of the gateway's background work, none of which may end because one of them failed.</summary>
internal static class GatewayLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Runs work once; whatever it throws but cancellation is logged.</summary>
    /// <returns>False when it failed.</returns>
    public static async Task<bool> TryAsync(string work, Func<Task> run, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await run().ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.BackgroundFailed(logger, work, e);
            return false;
        }
    }

    /// <summary>Runs work until it has succeeded once.</summary>
    public static async Task UntilDoneAsync(string work, Func<Task> run, ILogger logger, CancellationToken cancellationToken)
    {
        while (!await TryAsync(work, run, logger, cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }
}

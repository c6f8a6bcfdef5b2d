using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Records outcomes and lets the rest of the node know, whichever way a command took.</summary>
internal sealed class CommandOutcomes(EdgeCommands queue, TunnelNotifications notifications, TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    public async Task SettleAsync(EdgeId edge, string id, EdgeCommandState state, string? resultJson, string? error, CancellationToken cancellationToken)
    {
        if (await queue.SettleAsync(edge, id, state, resultJson, error, cancellationToken).ConfigureAwait(false) is { } settled)
        {
            Tell(settled);
        }
    }

    /// <summary>Ends what waited too long.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (EdgeCommand command in await queue.SweepAsync(cancellationToken).ConfigureAwait(false))
        {
            Tell(command);
        }
    }

    private void Tell(EdgeCommand command)
    {
        metrics.CommandSettled(command.State);
        Log.CommandSettled(logger, command.Id, command.Edge, command.State);
        notifications.Publish(new TunnelNotification(TunnelNotificationKind.CommandSettled, command.Edge, null, command.Id, time.GetUtcNow()));
    }
}

using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>Asks edges that come back what has changed meanwhile.</summary>
internal static class CapabilitySync
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Asks an edge for its cameras, once however often it comes back. One without a command stream is asked when it opens one; an edge in the field opens none, and reports by itself.
    /// </summary>
    public static async Task AskAsync(EdgeCommands commands, EdgeConnections connections, EdgeId edge, CancellationToken cancellationToken)
    {
        if (!connections.IsTakingCommands(edge))
        {
            return;
        }

        IReadOnlyList<EdgeCommand> queued = await commands.ListOpenAsync(edge, cancellationToken).ConfigureAwait(false);
        if (queued.Count >= EdgeCommands.MaxOpenPerEdge / 2 || queued.Any(c => c.Action.ActionCase == CommandAction.ActionOneofCase.SyncCapabilities))
        {
            return;
        }

        try
        {
            await commands.IssueAsync(edge, new CommandAction { SyncCapabilities = new SyncCapabilitiesAction() }, Lifetime, Actors.Node, cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e) when (!e.IsTransient)
        {
            // It was shut out a moment ago, which ends its calls, or has more than enough to do.
        }
    }
}

using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.ReferenceHost.Commands;

/// <summary>Asks every enrolled edge to renew its certificate and read its tunnel's settings anew.</summary>
internal static class CredentialRefresh
{
    /// <summary>An edge that cannot be asked is named, and does not keep the others from being asked: it renews in its own time.</summary>
    public static async Task AskAsync(EdgeRegistry registry, CancellationToken cancellationToken)
    {
        foreach (RegisteredEdge edge in (await registry.ListEdgesAsync(cancellationToken)).Where(e => e.State == EdgeState.Active))
        {
            try
            {
                await registry.Commands.IssueAsync(
                    edge.Id, new CommandAction { RefreshCredentials = new RefreshCredentialsAction() }, EdgeCommands.MaxLifetime, DataFolder.Actor, cancellationToken);
            }
            catch (TunnelException e)
            {
                Console.WriteLine($"{edge.Id} was not asked: {e.Message}");
            }
        }
    }
}

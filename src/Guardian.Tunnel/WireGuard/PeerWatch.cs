using System.Runtime.CompilerServices;

namespace Guardian.Tunnel;

/// <summary>Looks at a device's peers every second and tells what has changed. Devices have no events of their own.</summary>
internal static class PeerWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Watches until it is cancelled. While the peers cannot be listed nothing is told.</summary>
    public static async IAsyncEnumerable<WireGuardPeerEvent> RunAsync(
        Func<CancellationToken, Task<IReadOnlyList<WireGuardPeerStatus>>> list, TimeSpan silentAfter, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tracker = new PeerTracker(silentAfter);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            IReadOnlyList<WireGuardPeerStatus>? peers = await TryListAsync(list, cancellationToken).ConfigureAwait(false);
            foreach (WireGuardPeerEvent change in peers is null ? [] : tracker.Observe(peers, time.GetUtcNow()))
            {
                yield return change;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private static async Task<IReadOnlyList<WireGuardPeerStatus>?> TryListAsync(Func<CancellationToken, Task<IReadOnlyList<WireGuardPeerStatus>>> list, CancellationToken cancellationToken)
    {
        try
        {
            return await list(cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException)
        {
            // Whoever owns the device reports and repairs this.
            return null;
        }
    }
}

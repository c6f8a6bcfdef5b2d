namespace Guardian.Tunnel;

/// <summary>
/// Turns snapshots of peers into events. A peer is alive while handshakes or bytes arrive: handshakes alone come every two minutes, bytes at every keepalive. Not safe for use by several threads.
/// </summary>
internal sealed class PeerTracker(TimeSpan silentAfter)
{
    private Dictionary<WireGuardPublicKey, Standing> _standings = [];

    /// <summary>Compares with the snapshot before.</summary>
    /// <param name="peers">Every peer of the device; those that are gone are forgotten.</param>
    /// <param name="now">The time of the snapshot.</param>
    public IReadOnlyList<WireGuardPeerEvent> Observe(IReadOnlyList<WireGuardPeerStatus> peers, DateTimeOffset now)
    {
        var events = new List<WireGuardPeerEvent>();
        var standings = new Dictionary<WireGuardPublicKey, Standing>(peers.Count);
        foreach (WireGuardPeerStatus peer in peers)
        {
            if (peer.LastHandshake is not { } handshake)
            {
                continue;
            }

            Standing? before = _standings.GetValueOrDefault(peer.PublicKey);
            Standing after = Stand(before, handshake, peer.ReceivedBytes, now);
            standings[peer.PublicKey] = after;
            if (Change(before, after) is { } kind)
            {
                bool shook = kind == WireGuardPeerEventKind.Handshake;
                events.Add(new WireGuardPeerEvent(kind, peer.PublicKey, shook ? handshake : now, peer.Endpoint, AfterSilence: shook && before is not { Silent: false }));
            }
        }

        _standings = standings;
        return events;
    }

    private Standing Stand(Standing? before, DateTimeOffset handshake, long receivedBytes, DateTimeOffset now)
    {
        // A device that was started again counts from nothing, and a clock may be set back: any difference is news, not only a larger value.
        bool heard = before is not null && (handshake != before.Handshake || receivedBytes != before.ReceivedBytes);
        DateTimeOffset lastHeard = before is null ? handshake : heard ? now : before.LastHeard;
        return new Standing(handshake, receivedBytes, lastHeard, Silent: now - lastHeard >= silentAfter);
    }

    private static WireGuardPeerEventKind? Change(Standing? before, Standing after) => after.Silent
        ? before is { Silent: true } ? null : WireGuardPeerEventKind.Silence
        : before is null || before.Silent || before.Handshake != after.Handshake ? WireGuardPeerEventKind.Handshake : null;

    private sealed record Standing(DateTimeOffset Handshake, long ReceivedBytes, DateTimeOffset LastHeard, bool Silent);
}

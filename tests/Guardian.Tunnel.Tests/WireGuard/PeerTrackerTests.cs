namespace Guardian.Tunnel.Tests;

public sealed class PeerTrackerTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly WireGuardPublicKey _key = WireGuardPrivateKey.Generate().PublicKey;
    private readonly PeerTracker _tracker = new(TimeSpan.FromMinutes(3));

    [Fact]
    public void a_peer_that_never_shook_hands_says_nothing() => Assert.Empty(_tracker.Observe([new WireGuardPeerStatus { PublicKey = _key }], Start));

    [Fact]
    public void the_first_look_tells_who_is_there_and_who_is_silent()
    {
        WireGuardPublicKey old = WireGuardPrivateKey.Generate().PublicKey;
        IReadOnlyList<WireGuardPeerEvent> events = _tracker.Observe(
            [new WireGuardPeerStatus { PublicKey = _key, LastHandshake = Start.AddSeconds(-20) }, new WireGuardPeerStatus { PublicKey = old, LastHandshake = Start.AddMinutes(-4) }], Start);
        Assert.Equal(
            [
                new WireGuardPeerEvent(WireGuardPeerEventKind.Handshake, _key, Start.AddSeconds(-20), null, AfterSilence: true),
                new WireGuardPeerEvent(WireGuardPeerEventKind.Silence, old, Start, null, AfterSilence: false),
            ],
            events);
    }

    [Fact]
    public void each_handshake_is_told_once_and_only_the_first_is_after_silence()
    {
        Assert.True(Assert.Single(Look(0, 0, 10)).AfterSilence);
        Assert.Empty(Look(1, 0, 20));
        WireGuardPeerEvent second = Assert.Single(Look(120, 119, 30));
        Assert.Equal(Start.AddSeconds(119), second.At);
        Assert.False(second.AfterSilence);
    }

    [Fact]
    public void bytes_keep_a_peer_from_being_silent_and_their_absence_is_told_once()
    {
        _ = Look(0, 0, 10);
        Assert.Empty(Look(170, 0, 20));
        Assert.Empty(Look(349, 0, 20));
        Assert.Equal(WireGuardPeerEventKind.Silence, Assert.Single(Look(350, 0, 20)).Kind);
        Assert.Empty(Look(351, 0, 20));
    }

    [Theory]
    [InlineData(400, 20)] // a new handshake
    [InlineData(0, 30)] // bytes in the session that there is
    public void a_peer_that_is_back_is_told_to_be_after_silence(int handshake, long bytes)
    {
        _ = Look(0, 0, 20);
        Assert.Equal(WireGuardPeerEventKind.Silence, Assert.Single(Look(300, 0, 20)).Kind);
        WireGuardPeerEvent back = Assert.Single(Look(401, handshake, bytes));
        Assert.Equal(WireGuardPeerEventKind.Handshake, back.Kind);
        Assert.True(back.AfterSilence);
        Assert.Empty(Look(402, handshake, bytes));
    }

    [Fact]
    public void a_peer_that_was_removed_and_added_again_is_new()
    {
        _ = Look(0, 0, 10);
        Assert.Empty(_tracker.Observe([], Start.AddSeconds(1)));
        Assert.True(Assert.Single(Look(2, 0, 10)).AfterSilence);
    }

    private IReadOnlyList<WireGuardPeerEvent> Look(int second, int handshake, long bytes) => _tracker.Observe(
        [new WireGuardPeerStatus { PublicKey = _key, LastHandshake = Start.AddSeconds(handshake), ReceivedBytes = bytes }], Start.AddSeconds(second));
}

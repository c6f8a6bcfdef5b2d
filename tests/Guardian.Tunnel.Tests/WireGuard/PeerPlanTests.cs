using System.Net;

namespace Guardian.Tunnel.Tests;

public sealed class PeerPlanTests
{
    private static readonly WireGuardPublicKey Own = NewKey(), A = NewKey(), B = NewKey(), C = NewKey();
    private static readonly IPNetwork One = IPNetwork.Parse("10.77.0.2/32"), Two = IPNetwork.Parse("10.77.0.3/32");

    [Fact]
    public void what_is_as_wanted_is_left_alone() => AssertPlan(PeerPlan.Make(Own, [Wanted(A, One, Two)], [Present(A, Two, One)]), [], [], 0);

    [Fact]
    public void what_is_missing_or_different_is_set_and_what_is_too_much_goes() =>
        AssertPlan(PeerPlan.Make(Own, [Wanted(A, One), Wanted(B, Two)], [Present(B, One), Present(C)]), [A, B], [C], 0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void another_keepalive_or_endpoint_is_a_difference(bool keepalive)
    {
        WireGuardPeer wanted = keepalive ? Wanted(A, One) with { PersistentKeepalive = TimeSpan.FromSeconds(9) } : Wanted(A, One) with { Endpoint = new IPEndPoint(IPAddress.Loopback, 9) };
        AssertPlan(PeerPlan.Make(Own, [wanted], [Present(A, One)]), [A], [], 0);
    }

    [Fact]
    public void where_a_peer_was_last_heard_from_is_no_difference() =>
        AssertPlan(PeerPlan.Make(Own, [Wanted(A, One)], [Present(A, One) with { Endpoint = new IPEndPoint(IPAddress.Loopback, 9) }]), [], [], 0);

    [Fact]
    public void of_two_with_one_address_the_first_has_it() => AssertPlan(PeerPlan.Make(Own, [Wanted(A, One), Wanted(B, One)], []), [A], [], 1);

    [Fact]
    public void of_two_with_one_address_the_one_on_the_device_keeps_it() => AssertPlan(PeerPlan.Make(Own, [Wanted(A, One), Wanted(B, One)], [Present(B, One)]), [], [], 1);

    [Fact]
    public void one_mistake_does_not_hold_up_the_others()
    {
        WireGuardPeer[] wanted = [Wanted(A, One), Wanted(A, Two), Wanted(Own, Two), Wanted(B, Two) with { PersistentKeepalive = TimeSpan.FromDays(1) }];
        AssertPlan(PeerPlan.Make(Own, wanted, [Present(B, Two), Present(C)]), [A], [B, C], 3);
    }

    private static void AssertPlan(PeerPlan plan, WireGuardPublicKey[] set, WireGuardPublicKey[] removed, int refused)
    {
        Assert.Equal(set.ToHashSet(), plan.Set.Select(p => p.PublicKey).ToHashSet());
        Assert.Equal(removed.ToHashSet(), plan.Remove.ToHashSet());
        Assert.Equal(refused, plan.Refused.Count);
    }

    private static WireGuardPeer Wanted(WireGuardPublicKey key, params IPNetwork[] addresses) => new() { PublicKey = key, AllowedAddresses = addresses };

    private static WireGuardPeerStatus Present(WireGuardPublicKey key, params IPNetwork[] addresses) => new() { PublicKey = key, AllowedAddresses = addresses };

    private static WireGuardPublicKey NewKey() => WireGuardPrivateKey.Generate().PublicKey;
}

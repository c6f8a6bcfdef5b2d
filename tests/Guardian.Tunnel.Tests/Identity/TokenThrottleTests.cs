using System.Net;
using Guardian.Testing;

namespace Guardian.Tunnel.Tests.Identity;

public sealed class TokenThrottleTests : GatewayFixture
{
    [Fact(Timeout = 30_000)]
    public async Task ten_wrong_tokens_and_the_address_waits_out_its_minute()
    {
        EnrollmentBundle good = await AddEdgeAsync();
        EnrollmentBundle wrong = good with { Token = "not-this-one" };
        for (int i = 0; i < 10; i++)
        {
            TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => EnrolAsync(wrong));
            Assert.Contains("unknown", refused.Message, StringComparison.Ordinal);
        }

        // Also the right one: whoever guesses must not learn by it.
        TunnelException waits = await Assert.ThrowsAsync<TunnelException>(() => EnrolAsync(good));
        Assert.Contains("wait 60 s", waits.Message, StringComparison.Ordinal);
        Time.Advance(TimeSpan.FromSeconds(61));
        (await EnrolAsync(good)).Dispose();
        AuditEntry entry = Assert.Single(await Registry.Audit.ListAsync(null, null, 100, None), e => e.Action == AuditAction.EnrollmentRefused);
        Assert.Equal(("stranger", "127.0.0.1"), (entry.Actor, entry.Address));
    }

    [Fact]
    public void right_tokens_do_not_count_and_other_addresses_do_not_wait()
    {
        var throttle = new TokenThrottle(10, new ManualTime(DateTimeOffset.UnixEpoch));
        var address = IPAddress.Parse("192.0.2.1");
        for (int i = 0; i < 100; i++)
        {
            Assert.Null(throttle.TryEnter(address));
            throttle.Right(address);
        }

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(throttle.TryEnter(address)));
        Assert.NotNull(throttle.TryEnter(address));
        Assert.NotNull(throttle.TryEnter(address.MapToIPv6()));
        Assert.Null(throttle.TryEnter(IPAddress.Parse("192.0.2.2")));
    }

    [Fact]
    public void an_ipv6_network_counts_as_one_address()
    {
        var throttle = new TokenThrottle(10, new ManualTime(DateTimeOffset.UnixEpoch));
        Assert.All(Enumerable.Range(1, 10), i => Assert.Null(throttle.TryEnter(IPAddress.Parse($"2001:db8::{i}"))));
        Assert.NotNull(throttle.TryEnter(IPAddress.Parse("2001:db8::ffff")));
        Assert.Null(throttle.TryEnter(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void a_flood_of_addresses_is_bounded_and_passes()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var throttle = new TokenThrottle(10, time);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.Null(throttle.TryEnter(new IPAddress(0x0A000000 + i)));
        }

        var newcomer = IPAddress.Parse("192.0.2.1");
        Assert.NotNull(throttle.TryEnter(newcomer));
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(throttle.TryEnter(newcomer));
    }
}

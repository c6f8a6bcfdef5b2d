using System.Net;
using System.Text;

namespace Guardian.Tunnel.Tests;

/// <summary>The client of the UAPI socket against answers that a good device would not give.</summary>
public sealed class UapiDeviceTests
{
    private const string Key = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", OtherKey = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void an_answer_is_read_whole()
    {
        WireGuardDeviceStatus status = Parse(
            $"private_key=77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a\nlisten_port=51820\nfwmark=1\npublic_key={OtherKey}\npreshared_key={new string('0', 64)}\n"
            + "protocol_version=1\nendpoint=[2001:db8::1]:4000\nlast_handshake_time_sec=1893455990\nlast_handshake_time_nsec=500000000\ntx_bytes=7\nrx_bytes=9\npersistent_keepalive_interval=25\n"
            + "allowed_ip=10.77.0.2/32\nallowed_ip=fd77:6a2d::2/128\nsomething_new=1\nerrno=0\n\n");
        Assert.Equal(Key, status.PublicKey!.ToHex());
        Assert.Equal(51820, status.ListenPort);
        WireGuardPeerStatus peer = Assert.Single(status.Peers);
        Assert.Equal(OtherKey, peer.PublicKey.ToHex());
        Assert.Equal(IPEndPoint.Parse("[2001:db8::1]:4000"), peer.Endpoint);
        Assert.Equal(Now.AddSeconds(-9.5), peer.LastHandshake);
        Assert.Equal((9, 7), (peer.ReceivedBytes, peer.SentBytes));
        Assert.Equal(TimeSpan.FromSeconds(25), peer.PersistentKeepalive);
        Assert.Equal(["10.77.0.2/32", "fd77:6a2d::2/128"], peer.AllowedAddresses.Select(a => a.ToString()));
    }

    [Fact]
    public void boringtun_is_understood()
    {
        // It names its public key, and says how long ago a handshake was.
        WireGuardDeviceStatus status = Parse($"own_public_key={Key}\nlisten_port=1\npublic_key={OtherKey}\nlast_handshake_time_sec=90\nlast_handshake_time_nsec=0\nerrno=0\n\n");
        Assert.Equal(Key, status.PublicKey!.ToHex());
        Assert.Equal(Now.AddSeconds(-90), Assert.Single(status.Peers).LastHandshake);
    }

    [Fact]
    public void a_device_without_a_key_has_none() => Assert.Null(Parse($"private_key={new string('0', 64)}\nerrno=0\n\n").PublicKey);

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("listen_port=1\n\n")]
    [InlineData("no equals\nerrno=0\n\n")]
    [InlineData("errno=\n\n")]
    [InlineData("errno=-2147483648\n\n")]
    [InlineData("listen_port=65536\nerrno=0\n\n")]
    [InlineData("listen_port=-1\nerrno=0\n\n")]
    [InlineData("listen_port=1e3\nerrno=0\n\n")]
    [InlineData("private_key=00\nerrno=0\n\n")]
    [InlineData("public_key=zz\nerrno=0\n\n")]
    [InlineData("rx_bytes=1\nerrno=0\n\n")]
    [InlineData("allowed_ip=10.0.0.1/32\nerrno=0\n\n")]
    [InlineData($"public_key={Key}\nallowed_ip=10.0.0.1/33\nerrno=0\n\n")]
    [InlineData($"public_key={Key}\nendpoint=here\nerrno=0\n\n")]
    [InlineData($"public_key={Key}\nrx_bytes=9223372036854775808\nerrno=0\n\n")]
    [InlineData($"public_key={Key}\nlast_handshake_time_sec=9223372036854775807\nerrno=0\n\n")]
    [InlineData($"public_key={Key}\nlast_handshake_time_nsec=1000000000\nerrno=0\n\n")]
    [InlineData($"public_key={Key}\npublic_key={Key}\nerrno=0\n\n")]
    public void a_malformed_answer_is_an_error(string reply) => Assert.Contains("malformed", Assert.Throws<TunnelException>(() => Parse(reply)).Message, StringComparison.Ordinal);

    [Fact]
    public void a_line_that_is_too_long_is_an_error() => Assert.Throws<TunnelException>(() => Parse(new string('x', 1020) + "=1234\nerrno=0\n\n"));

    [Fact]
    public void no_error_says_what_the_private_key_is()
    {
        const string secret = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2";
        Assert.DoesNotContain(secret, Assert.Throws<TunnelException>(() => Parse($"private_key={secret}\nerrno=0\n\n")).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("errno=-22\n\n")]
    [InlineData("errno=22\n\n")] // boringtun
    public async Task a_refusal_says_what_the_device_says(string answer)
    {
        await using var server = new FakeUapiServer(_ => answer);
        using var device = new UapiWireGuardDevice("wg0", server.Path);
        TunnelException refusal = await Assert.ThrowsAnyAsync<TunnelException>(() => device.ConfigureAsync(WireGuardPrivateKey.Generate(), 1, None));
        Assert.False(refusal.IsTransient);
        Assert.Contains("Invalid argument", refusal.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("listen_port=1\nerrno=0\n")] // closed before the blank line
    [InlineData("")]
    public async Task a_connection_that_breaks_off_may_be_tried_again(string answer)
    {
        await using var server = new FakeUapiServer(_ => answer);
        using var device = new UapiWireGuardDevice("wg0", server.Path);
        Assert.True((await Assert.ThrowsAsync<TunnelException>(() => device.GetStatusAsync(None))).IsTransient);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_device_that_says_nothing_is_given_up()
    {
        await using var server = new FakeUapiServer(_ => null);
        using var device = new UapiWireGuardDevice("wg0", server.Path);
        TunnelException silence = await Assert.ThrowsAsync<TunnelException>(() => device.GetStatusAsync(None));
        Assert.True(silence.IsTransient);
        Assert.Contains("within 5 s", silence.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_device_that_is_not_there_may_come()
    {
        using var device = new UapiWireGuardDevice("wg0", "/nonexistent/wg0.sock");
        Assert.True((await Assert.ThrowsAsync<TunnelException>(() => device.GetStatusAsync(None))).IsTransient);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_answer_without_end_is_cut_off()
    {
        string flood = string.Concat(Enumerable.Repeat($"something={new string('x', 1000)}\n", 40_000));
        await using var server = new FakeUapiServer(_ => flood);
        using var device = new UapiWireGuardDevice("wg0", server.Path);
        Assert.Contains("longer than 33554432 bytes", (await Assert.ThrowsAsync<TunnelException>(() => device.GetStatusAsync(None))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task one_peer_that_the_device_refuses_does_not_hold_up_the_others()
    {
        // A set is not atomic: this device stops at the bad peer, and what comes after it is lost.
        var bad = WireGuardPrivateKey.Generate().PublicKey;
        await using var server = new FakeUapiServer(r => r.Contains(bad.ToHex(), StringComparison.Ordinal) ? "errno=-22\n\n" : "errno=0\n\n");
        using var device = new UapiWireGuardDevice("wg0", server.Path);
        WireGuardPublicKey good = WireGuardPrivateKey.Generate().PublicKey, gone = WireGuardPrivateKey.Generate().PublicKey;

        TunnelException refusal = await Assert.ThrowsAsync<TunnelException>(
            () => device.UpdatePeersAsync([new WireGuardPeer { PublicKey = bad }, new WireGuardPeer { PublicKey = good }], [gone], None));
        Assert.Contains("refused 1 of 3 peers", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(bad.ToString(), refusal.Message, StringComparison.Ordinal);
        string[] requests = [.. server.Requests];
        Assert.Equal("get=1\n\n", requests[0]);
        Assert.Contains($"set=1\npublic_key={gone.ToHex()}\nremove=true\n\n", requests);
        Assert.Contains($"set=1\npublic_key={good.ToHex()}\nreplace_allowed_ips=true\npersistent_keepalive_interval=0\n\n", requests);
    }

    [Fact(Timeout = 300_000)]
    public async Task mutated_answers_neither_crash_nor_hang_nor_grow()
    {
        const int inputs = 100_000;
        byte[][] seeds = [.. Seeds().Select(Encoding.Latin1.GetBytes)];
        var random = new Random(3);
        long before = 0;
        int read = 0;
        for (int i = 0; i < inputs; i++)
        {
            if (i == inputs / 10)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }

            using var stream = new MemoryStream(Mutate(seeds[random.Next(seeds.Length)], random));
            try
            {
                WireGuardDeviceStatus status = await UapiSocket.ReadReplyAsync(stream, "wg0", TimeProvider.System, None);
                Assert.InRange(status.ListenPort, 0, 65535);
                Assert.All(status.Peers, p => Assert.InRange(p.PersistentKeepalive, TimeSpan.Zero, WireGuardPeer.MaxKeepalive));
                read++;
            }
            catch (TunnelException)
            {
                // The one thing it may throw.
            }
        }

        // Some must still be answers, or the mutations test nothing but the first line.
        Assert.InRange(read, inputs / 100, inputs);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.True(after - before < 8 * 1024 * 1024, $"memory grew from {before} to {after} bytes");
    }

    private static IEnumerable<string> Seeds()
    {
        yield return "errno=0\n\n";
        yield return "errno=-22\n\n";
        yield return $"own_public_key={Key}\nlisten_port=1\npublic_key={OtherKey}\nendpoint=10.0.0.1:1\nlast_handshake_time_sec=90\nerrno=0\n\n";
        yield return $"private_key={OtherKey}\nlisten_port=51820\nfwmark=1\npublic_key={Key}\npreshared_key={Key}\nprotocol_version=1\nendpoint=[fe80::1%eth0]:4000\nlast_handshake_time_sec=1893455990\n"
            + "last_handshake_time_nsec=5\ntx_bytes=7\nrx_bytes=9\npersistent_keepalive_interval=25\nallowed_ip=10.77.0.2/32\nallowed_ip=fd77:6a2d::2/128\nerrno=0\n\n";
    }

    /// <summary>One to four of: a byte changed, removed, doubled, a piece repeated, a piece cut, a number made extreme.</summary>
    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int n = random.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count), length = random.Next(1, Math.Min(64, bytes.Count - at) + 1);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, bytes[at]);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                default:
                    bytes.InsertRange(at, "99999999999999999999"u8.ToArray());
                    break;
            }
        }

        return [.. bytes];
    }

    private static WireGuardDeviceStatus Parse(string reply) => UapiReply.Parse(Encoding.Latin1.GetBytes(reply), "wg0", Now);
}

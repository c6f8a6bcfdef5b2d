namespace Guardian.Tunnel.Tests;

public sealed class WgDumpTests
{
    private const string Secret = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=", Public = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=", Other = "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=";

    [Fact]
    public void a_dump_is_read_whole()
    {
        WireGuardDeviceStatus status = WgDump.Parse($"{Secret}\t{Public}\t51820\toff\n{Other}\t(none)\t192.0.2.1:4000\t10.77.0.2/32,fd77:6a2d::2/128\t1893456000\t9\t7\t25\n", "wg0");
        Assert.Equal(Public, status.PublicKey!.ToString());
        WireGuardPeerStatus peer = Assert.Single(status.Peers);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1893456000), peer.LastHandshake);
        Assert.Equal((9, 7), (peer.ReceivedBytes, peer.SentBytes));
        Assert.Equal(2, peer.AllowedAddresses.Count);
        Assert.Equal(TimeSpan.FromSeconds(25), peer.PersistentKeepalive);
    }

    [Fact]
    public void a_device_without_anything_has_nothing()
    {
        WireGuardDeviceStatus status = WgDump.Parse($"(none)\t(none)\t0\toff\n{Other}\t(none)\t(none)\t(none)\t0\t0\t0\toff\n", "wg0");
        Assert.Null(status.PublicKey);
        WireGuardPeerStatus peer = Assert.Single(status.Peers);
        Assert.Null(peer.LastHandshake);
        Assert.Null(peer.Endpoint);
        Assert.Empty(peer.AllowedAddresses);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Secret)]
    [InlineData(Secret + "\tx\t1\toff")]
    [InlineData(Secret + "\t" + Public + "\t70000\toff")]
    [InlineData(Secret + "\t" + Public + "\t1\toff\nx")]
    [InlineData(Secret + "\t" + Public + "\t1\toff\n" + Other + "\t(none)\t(none)\t10.0.0.0/40\t0\t0\t0\toff")]
    [InlineData(Secret + "\t" + Public + "\t1\toff\n" + Other + "\t(none)\there\t(none)\t0\t0\t0\toff")]
    public void a_malformed_dump_is_an_error_without_its_text(string dump)
    {
        TunnelException malformed = Assert.Throws<TunnelException>(() => WgDump.Parse(dump, "wg0"));
        Assert.DoesNotContain(Secret, malformed.ToString(), StringComparison.Ordinal);
    }
}

namespace Guardian.Tunnel.Tests;

public sealed class WireGuardOptionsTests
{
    [Fact]
    public void the_defaults_are_sound_and_the_tunnel_is_off()
    {
        var options = new WireGuardOptions();
        Assert.False(options.Enabled);
        Assert.Empty(options.Validate());
        Assert.Empty(Sound().Validate());
    }

    [Theory]
    [InlineData("node.example.org:51820", true)]
    [InlineData("192.0.2.1:1", true)]
    [InlineData("[2001:db8::1]:51820", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2001:db8::1:51820", false)]
    [InlineData("node.example.org", false)]
    [InlineData("node.example.org:0", false)]
    [InlineData("node.example.org:65536", false)]
    [InlineData("node.example.org:51820\nPostUp = x", false)]
    [InlineData(":51820", false)]
    [InlineData("", false)]
    public void the_endpoint_is_a_host_and_a_port(string endpoint, bool sound)
    {
        WireGuardOptions options = Sound();
        options.Endpoint = endpoint;
        Assert.Equal(sound, options.Validate().Count == 0);
    }

    [Theory]
    [InlineData("guardian0", true)]
    [InlineData("a23456789012345", true)]
    [InlineData("a234567890123456", false)]
    [InlineData("", false)]
    [InlineData("0guardian", false)]
    [InlineData("../x", false)]
    [InlineData("-f", false)]
    [InlineData("a b", false)]
    public void the_interface_has_a_safe_name(string name, bool sound)
    {
        WireGuardOptions options = Sound();
        options.Interface = name;
        Assert.Equal(sound, options.Validate().Count == 0);
    }

    [Fact]
    public void every_unsound_option_is_named_by_its_key()
    {
        var options = new WireGuardOptions
        {
            Enabled = true,
            Provider = (WireGuardProvider)9,
            Interface = "",
            ListenPort = 0,
            Network = "10.77.0.0/30",
            Network6 = "fd77::/8",
            Mtu = 1279,
            PersistentKeepalive = TimeSpan.FromSeconds(4),
            ReconcileInterval = TimeSpan.Zero,
            SilentAfter = TimeSpan.FromDays(2),
        };
        string[] keys = ["Provider", "Interface", "ListenPort", "Endpoint", "Network", "Network6", "Mtu", "PersistentKeepalive", "ReconcileInterval", "SilentAfter"];
        Assert.Equal(keys.Select(k => "Guardian:Tunnel:WireGuard:" + k), options.Validate().Select(e => e.Split(' ')[0]));
    }

    private static WireGuardOptions Sound() => new() { Enabled = true, Endpoint = "node.example.org:51820" };
}

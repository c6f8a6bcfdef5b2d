using System.Net;

namespace Guardian.Tunnel.Tests;

public sealed class AddressPoolTests
{
    private readonly AddressPool _pool = new(IPNetwork.Parse("10.77.0.0/20"), IPNetwork.Parse("fd77:6a2d::/64"));

    [Fact]
    public void the_node_is_the_first_host_and_the_first_edge_the_second()
    {
        Assert.Equal(new TunnelAddresses(IPAddress.Parse("10.77.0.1"), IPAddress.Parse("fd77:6a2d::1")), _pool.Node);
        Assert.Equal(["10.77.0.1/20", "fd77:6a2d::1/64"], _pool.NodeInterface.Select(a => a.ToString()));
        Assert.Equal(new TunnelAddresses(IPAddress.Parse("10.77.0.2"), IPAddress.Parse("fd77:6a2d::2")), _pool.OfEdge(1));
    }

    [Fact]
    public void both_families_have_the_same_host()
    {
        Assert.Equal(["10.77.1.4/32", "fd77:6a2d::104/128"], _pool.OfEdge(259).ToNetworks().Select(n => n.ToString()));
        Assert.Equal(["10.77.0.4/20", "fd77:6a2d::4/64"], _pool.InterfaceOf(_pool.OfEdge(3)).Select(a => a.ToString()));
    }

    [Theory]
    [InlineData("10.77.0.0/29", 5, "10.77.0.6")]
    [InlineData("10.77.0.0/24", 253, "10.77.0.254")]
    [InlineData("10.77.0.0/20", 4093, "10.77.15.254")]
    public void every_number_has_an_address_of_its_own_up_to_the_networks_end(string network, int capacity, string last)
    {
        var pool = new AddressPool(IPNetwork.Parse(network), null);
        Assert.Equal(capacity, pool.Capacity);
        HashSet<IPAddress> given = [.. Enumerable.Range(1, capacity).Select(n => pool.OfEdge(n).IPv4)];
        Assert.Equal(capacity, given.Count);
        Assert.DoesNotContain(pool.Node.IPv4, given);
        Assert.All(given, a => Assert.True(IPNetwork.Parse(network).Contains(a)));
        Assert.Equal(last, pool.OfEdge(capacity).IPv4.ToString());
        Assert.Null(pool.OfEdge(1).IPv6);
        Assert.Contains($"{capacity}", Assert.Throws<TunnelException>(() => pool.OfEdge(capacity + 1)).Message, StringComparison.Ordinal);
        Assert.Throws<TunnelException>(() => pool.OfEdge(0));
    }

    [Theory]
    [InlineData("10.0.0.0/7", null)]
    [InlineData("10.77.0.0/30", null)]
    [InlineData("fd77::/64", null)]
    [InlineData("10.77.0.0/20", "fd77::/97")]
    [InlineData("10.77.0.0/20", "fc00::/31")]
    [InlineData("10.77.0.0/20", "10.78.0.0/20")]
    public void other_networks_are_refused(string network, string? network6) =>
        Assert.Throws<ArgumentException>(() => new AddressPool(IPNetwork.Parse(network), network6 is null ? null : IPNetwork.Parse(network6)));
}

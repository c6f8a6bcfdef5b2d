using System.Net;

namespace Guardian.Tunnel;

/// <summary>The addresses of one end of the tunnel: the same host in both networks.</summary>
/// <param name="IPv4">Its IPv4 address.</param>
/// <param name="IPv6">Its IPv6 address; null where the tunnel has no IPv6 network.</param>
public sealed record TunnelAddresses(IPAddress IPv4, IPAddress? IPv6)
{
    /// <summary>The addresses as networks of one host each: what a peer is allowed.</summary>
    public IReadOnlyList<IPNetwork> ToNetworks() => IPv6 is null ? [new IPNetwork(IPv4, 32)] : [new IPNetwork(IPv4, 32), new IPNetwork(IPv6, 128)];
}

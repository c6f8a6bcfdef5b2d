using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Guardian.Tunnel;

/// <summary>
/// The addresses of a node's tunnel: host 1 of the networks is the node's, each further host one edge's, the same number in IPv4 and IPv6. It remembers nothing; who has which address is the registry's to know. Safe for use by many
/// threads.
/// </summary>
public sealed class AddressPool
{
    private const int NodeHost = 1;

    private readonly IPNetwork _network;
    private readonly IPNetwork? _network6;
    private readonly uint _base;

    /// <summary>Makes the pool of two networks.</summary>
    /// <param name="network">An IPv4 network with a prefix from /8 to /29.</param>
    /// <param name="network6">An IPv6 network with a prefix from /32 to /96, which leaves room for every IPv4 host; null for a tunnel without IPv6.</param>
    /// <exception cref="ArgumentException">A network is of the other kind or its prefix out of range.</exception>
    public AddressPool(IPNetwork network, IPNetwork? network6)
    {
        if (!IsNetwork4(network))
        {
            throw new ArgumentException("an IPv4 network from /8 to /29 is needed", nameof(network));
        }

        if (network6 is { } six && !IsNetwork6(six))
        {
            throw new ArgumentException("an IPv6 network from /32 to /96 is needed", nameof(network6));
        }

        _network = network;
        _network6 = network6;
        _base = ToNumber(network.BaseAddress);
        Capacity = (1 << (32 - network.PrefixLength)) - 3;
        Node = At(NodeHost);
    }

    /// <summary>How many edges there is room for: every host but the network's own address, the broadcast address and the node.</summary>
    public int Capacity { get; }

    /// <summary>The node's addresses.</summary>
    public TunnelAddresses Node { get; }

    /// <summary>The node's addresses with their networks, as its interface has them.</summary>
    public IReadOnlyList<InterfaceAddress> NodeInterface => InterfaceOf(Node);

    /// <summary>An edge's addresses.</summary>
    /// <param name="number">Its number: 1 to <see cref="Capacity"/>.</param>
    /// <exception cref="TunnelException">The number is past the network's end: the network was larger when the edge was given it.</exception>
    public TunnelAddresses OfEdge(int number) => number >= 1 && number <= Capacity
        ? At((uint)(NodeHost + number))
        : throw new TunnelException($"tunnel: address number {number} is not in the network, which has room for {Capacity} edges");

    /// <summary>An edge's addresses with their networks, as its interface has them.</summary>
    public IReadOnlyList<InterfaceAddress> InterfaceOf(TunnelAddresses addresses) => addresses.IPv6 is null || _network6 is not { } network6
        ? [new InterfaceAddress(addresses.IPv4, _network.PrefixLength)]
        : [new InterfaceAddress(addresses.IPv4, _network.PrefixLength), new InterfaceAddress(addresses.IPv6, network6.PrefixLength)];

    /// <summary>Whether a network can be a pool's IPv4 network.</summary>
    internal static bool IsNetwork4(IPNetwork network) => network.BaseAddress.AddressFamily == AddressFamily.InterNetwork && network.PrefixLength is >= 8 and <= 29;

    /// <summary>Whether a network can be a pool's IPv6 network.</summary>
    internal static bool IsNetwork6(IPNetwork network) => network.BaseAddress is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } && network.PrefixLength is >= 32 and <= 96;

    private TunnelAddresses At(uint host)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, _base + host);
        if (_network6 is not { } network6)
        {
            return new TunnelAddresses(new IPAddress(four), null);
        }

        // A prefix of at most 96 bits leaves the last 32 to the host.
        byte[] six = network6.BaseAddress.GetAddressBytes();
        BinaryPrimitives.WriteUInt32BigEndian(six.AsSpan(12), host);
        return new TunnelAddresses(new IPAddress(four), new IPAddress(six));
    }

    private static uint ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        _ = address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}

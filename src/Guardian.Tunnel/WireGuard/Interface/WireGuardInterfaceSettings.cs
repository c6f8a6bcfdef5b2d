namespace Guardian.Tunnel;

/// <summary>What an interface should be.</summary>
public sealed record WireGuardInterfaceSettings
{
    /// <summary>Its name: 1 to 15 characters of <c>A-Z a-z 0-9 _ -</c>, the first a letter.</summary>
    public required string Name { get; init; }

    /// <summary>Who does the work.</summary>
    public WireGuardProvider Provider { get; init; }

    /// <summary>Exactly these addresses; others of the interface are taken away, link-local ones excepted.</summary>
    public required IReadOnlyList<InterfaceAddress> Addresses { get; init; }

    /// <summary>Largest packet inside the tunnel, in bytes. Default 1420, which leaves room for IPv6 and WireGuard's own 80 in an Ethernet frame.</summary>
    public int Mtu { get; init; } = 1420;
}

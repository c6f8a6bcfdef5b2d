using System.Net;

namespace Guardian.Tunnel;

/// <summary>A peer as it should stand on a device.</summary>
public sealed record WireGuardPeer
{
    /// <summary>Most networks that one peer may have; a device has no need of more here, and a bound keeps its answers bounded.</summary>
    public const int MaxAllowedAddresses = 256;

    /// <summary>Longest interval of the keepalive: what 16 bits of seconds hold.</summary>
    public static readonly TimeSpan MaxKeepalive = TimeSpan.FromSeconds(ushort.MaxValue);

    /// <summary>Its key, which is its name.</summary>
    public required WireGuardPublicKey PublicKey { get; init; }

    /// <summary>
    /// What it may send from and is sent for: at most <see cref="MaxAllowedAddresses"/>, no two peers of a device with the same. With none of them it can shake hands
    /// and nothing else: a candidate, which stands beside the key that it will replace.
    /// </summary>
    public IReadOnlyList<IPNetwork> AllowedAddresses { get; init; } = [];

    /// <summary>Where to reach it; null leaves what the device knows, which for a roaming peer is where it last came from.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>How often to send something so that address translation on the way stays open, in whole seconds up to 65 535; zero is never, the default.</summary>
    public TimeSpan PersistentKeepalive { get; init; }

    /// <summary>True while it has no addresses.</summary>
    public bool IsCandidate => AllowedAddresses.Count == 0;

    /// <summary>Finds what a device would not take, or would take for something else.</summary>
    /// <returns>An error that names the value and its range; null when there is none.</returns>
    internal string? FindError() =>
        AllowedAddresses.Count > MaxAllowedAddresses ? $"peer {PublicKey}: AllowedAddresses has {AllowedAddresses.Count}, more than {MaxAllowedAddresses}"
        : AllowedAddresses.Any(a => a.BaseAddress.IsIPv4MappedToIPv6) ? $"peer {PublicKey}: AllowedAddresses has an IPv4 address in IPv6 form; write it as IPv4"
        : PersistentKeepalive < TimeSpan.Zero || PersistentKeepalive > MaxKeepalive || PersistentKeepalive.Ticks % TimeSpan.TicksPerSecond != 0
            ? $"peer {PublicKey}: PersistentKeepalive must be whole seconds from 0 to {ushort.MaxValue}"
        : Endpoint is { Port: < 1 } ? $"peer {PublicKey}: Endpoint must have a port from 1 to 65535"
        : null;
}

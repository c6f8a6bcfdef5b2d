using System.Net;

namespace Guardian.Tunnel;

/// <summary>
/// How a device's peers are changed, the same for every provider:
/// <list type="number">
/// <item>The result is checked before anything is sent, because a device moves an address from one peer to another without a word.</item>
/// <item>Everything goes out at once, removals first: if it breaks off, what was to be shut out is out.</item>
/// <item>A device is not atomic. When it refuses, every change is made again on its own, so that one bad peer does not hold up the others; each change is complete in itself, so repeating it is harmless.</item>
/// </list>
/// </summary>
internal static class PeerUpdate
{
    private const int MaxNamed = 5;

    /// <summary>Sends changes to a device.</summary>
    public delegate Task Sender(IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove, CancellationToken cancellationToken);

    /// <summary>Checks and sends changes.</summary>
    /// <exception cref="TunnelException">As <see cref="IWireGuardDevice.UpdatePeersAsync"/>.</exception>
    public static async Task RunAsync(
        string device, WireGuardDeviceStatus status, IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove, Sender send, CancellationToken cancellationToken)
    {
        Check(status, set, remove);
        if (set.Count + remove.Count == 0)
        {
            return;
        }

        try
        {
            await send(set, remove, cancellationToken).ConfigureAwait(false);
        }
        catch (DeviceRefusalException) when (set.Count + remove.Count > 1)
        {
            await SendSinglyAsync(device, set, remove, send, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses changes whose result would not be what they say.</summary>
    /// <exception cref="TunnelException">Names what is wrong.</exception>
    private static void Check(WireGuardDeviceStatus status, IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove)
    {
        HashSet<WireGuardPublicKey> changed = [.. remove];
        foreach (WireGuardPeer peer in set)
        {
            if (peer.FindError() is { } error)
            {
                throw new TunnelException(error);
            }

            if (!changed.Add(peer.PublicKey))
            {
                throw new TunnelException($"peer {peer.PublicKey} is named twice in one update");
            }

            if (peer.PublicKey.Equals(status.PublicKey))
            {
                throw new TunnelException($"peer {peer.PublicKey} is the device itself");
            }
        }

        var owners = new Dictionary<IPNetwork, WireGuardPublicKey>();
        foreach (WireGuardPeerStatus peer in status.Peers.Where(p => !changed.Contains(p.PublicKey)))
        {
            Claim(owners, peer.PublicKey, peer.AllowedAddresses);
        }

        foreach (WireGuardPeer peer in set)
        {
            Claim(owners, peer.PublicKey, peer.AllowedAddresses);
        }
    }

    private static void Claim(Dictionary<IPNetwork, WireGuardPublicKey> owners, WireGuardPublicKey key, IReadOnlyList<IPNetwork> addresses)
    {
        foreach (IPNetwork address in addresses)
        {
            if (!owners.TryAdd(address, key) && !owners[address].Equals(key))
            {
                throw new TunnelException($"{address} is peer {owners[address]}'s; peer {key} cannot have it too");
            }
        }
    }

    private static async Task SendSinglyAsync(
        string device, IReadOnlyCollection<WireGuardPeer> set, IReadOnlyCollection<WireGuardPublicKey> remove, Sender send, CancellationToken cancellationToken)
    {
        var refusals = new List<string>();
        async Task TryAsync(WireGuardPublicKey key, IReadOnlyCollection<WireGuardPeer> one, IReadOnlyCollection<WireGuardPublicKey> gone)
        {
            try
            {
                await send(one, gone, cancellationToken).ConfigureAwait(false);
            }
            catch (DeviceRefusalException e)
            {
                refusals.Add($"{key} ({e.Message})");
            }
        }

        foreach (WireGuardPublicKey key in remove)
        {
            await TryAsync(key, [], [key]).ConfigureAwait(false);
        }

        foreach (WireGuardPeer peer in set)
        {
            await TryAsync(peer.PublicKey, [peer], []).ConfigureAwait(false);
        }

        if (refusals.Count > 0)
        {
            string more = refusals.Count > MaxNamed ? $", and {refusals.Count - MaxNamed} more" : "";
            throw new TunnelException($"{device}: the device refused {refusals.Count} of {set.Count + remove.Count} peers: {string.Join(", ", refusals.Take(MaxNamed))}{more}");
        }
    }
}

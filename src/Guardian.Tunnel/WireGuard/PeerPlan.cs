using System.Net;

namespace Guardian.Tunnel;

/// <summary>The way from the peers that a device has to those that it should have.</summary>
/// <param name="Set">To add or replace.</param>
/// <param name="Remove">To take away.</param>
/// <param name="Refused">Wanted, but a device would not take them so; and why.</param>
internal sealed record PeerPlan(IReadOnlyList<WireGuardPeer> Set, IReadOnlyList<WireGuardPublicKey> Remove, IReadOnlyList<string> Refused)
{
    /// <summary>
    /// Compares. Of two wanted peers with one address the one keeps it that has it on the device, else the first in the list; the other is left out, so that one mistake does not hold up everything else.
    /// </summary>
    /// <param name="own">The device's own key, which cannot be a peer.</param>
    /// <param name="wanted">The peers that should be there.</param>
    /// <param name="actual">The peers that are.</param>
    public static PeerPlan Make(WireGuardPublicKey own, IReadOnlyList<WireGuardPeer> wanted, IReadOnlyList<WireGuardPeerStatus> actual)
    {
        Dictionary<WireGuardPublicKey, WireGuardPeerStatus> present = actual.ToDictionary(p => p.PublicKey);
        var owners = new Dictionary<IPNetwork, WireGuardPublicKey>();
        var accepted = new Dictionary<WireGuardPublicKey, WireGuardPeer>();
        var refused = new List<string>();
        foreach (WireGuardPeer peer in wanted.OrderByDescending(p => Holds(present, p)))
        {
            string? reason = peer.PublicKey.Equals(own) ? $"peer {own} is the device itself"
                : accepted.ContainsKey(peer.PublicKey) ? $"peer {peer.PublicKey} is wanted twice"
                : peer.FindError() ?? FindClash(owners, peer);
            if (reason is not null)
            {
                refused.Add(reason);
                continue;
            }

            accepted.Add(peer.PublicKey, peer);
            foreach (IPNetwork address in peer.AllowedAddresses)
            {
                owners[address] = peer.PublicKey;
            }
        }

        return new PeerPlan(
            [.. accepted.Values.Where(p => !present.TryGetValue(p.PublicKey, out WireGuardPeerStatus? status) || !IsAsWanted(status, p))],
            [.. present.Keys.Where(k => !accepted.ContainsKey(k))],
            refused);
    }

    private static string? FindClash(Dictionary<IPNetwork, WireGuardPublicKey> owners, WireGuardPeer peer)
    {
        foreach (IPNetwork address in peer.AllowedAddresses)
        {
            if (owners.TryGetValue(address, out WireGuardPublicKey? owner))
            {
                return $"peer {peer.PublicKey} cannot have {address}, which is peer {owner}'s";
            }
        }

        return null;
    }

    private static bool Holds(Dictionary<WireGuardPublicKey, WireGuardPeerStatus> present, WireGuardPeer peer) =>
        !peer.IsCandidate && present.TryGetValue(peer.PublicKey, out WireGuardPeerStatus? status) && peer.AllowedAddresses.Any(status.AllowedAddresses.Contains);

    private static bool IsAsWanted(WireGuardPeerStatus status, WireGuardPeer wanted) =>
        status.PersistentKeepalive == wanted.PersistentKeepalive
        && (wanted.Endpoint is null || wanted.Endpoint.Equals(status.Endpoint))
        && status.AllowedAddresses.ToHashSet().SetEquals(wanted.AllowedAddresses);
}

namespace Guardian.Tunnel;

/// <summary>The keys by which an edge knows its node.</summary>
/// <param name="Current">The node's key.</param>
/// <param name="Next">The key that the node will have; null while no rotation is prepared.</param>
public sealed record WireGuardNodeKeys(WireGuardPublicKey Current, WireGuardPublicKey? Next);

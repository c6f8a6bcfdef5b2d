namespace Guardian.Tunnel;

/// <summary>An edge's key in the WireGuard tunnel.</summary>
/// <param name="Edge">The edge.</param>
/// <param name="PublicKey">Its public key, 32 bytes.</param>
/// <param name="Number">Which of the pool's addresses is its own, from 1; the same over key changes and restarts.</param>
/// <param name="IsCandidate">Whether this key is new and has not been used yet: until it is, the former one works.</param>
/// <param name="KnownNodeKey">The node's next public key, as the edge last said that it holds it; null when it holds none.</param>
public sealed record TunnelPeer(EdgeId Edge, byte[] PublicKey, int Number, bool IsCandidate, byte[]? KnownNodeKey);

namespace Guardian.Storage;

/// <summary>Shows that an entry is in the log as of some size.</summary>
/// <param name="Index">The entry's place, from 0.</param>
/// <param name="Size">Entries of the log that is proven against.</param>
/// <param name="Leaf">The entry's bytes.</param>
/// <param name="Proof">The hashes, for <see cref="MerkleProof.VerifyInclusion"/>.</param>
public sealed record EvidenceInclusion(long Index, long Size, ReadOnlyMemory<byte> Leaf, IReadOnlyList<ReadOnlyMemory<byte>> Proof)
{
    /// <summary>The leaf's hash, 32 bytes.</summary>
    public ReadOnlyMemory<byte> LeafHash => MerkleHash.Leaf(Leaf.Span);
}

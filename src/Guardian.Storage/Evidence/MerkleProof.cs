using System.Numerics;
using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>Checks proofs of an RFC 6962 Merkle tree by the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2. Needs no log, only what the log gave out.</summary>
public static class MerkleProof
{
    /// <summary>No proof has more hashes than this; a longer one is refused unread.</summary>
    public const int MaxLength = 63;

    /// <summary>Whether a leaf is in the tree of a root.</summary>
    /// <param name="leafHash">The leaf's hash, 32 bytes: SHA-256 of a zero byte and the entry.</param>
    /// <param name="index">The leaf's place, from 0.</param>
    /// <param name="size">Leaves of the tree.</param>
    /// <param name="proof">The proof's hashes, from the leaf upward.</param>
    /// <param name="root">The tree's root hash.</param>
    public static bool VerifyInclusion(ReadOnlySpan<byte> leafHash, long index, long size, IReadOnlyList<ReadOnlyMemory<byte>> proof, ReadOnlySpan<byte> root)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (index < 0 || index >= size || proof.Count > MaxLength || leafHash.Length != MerkleHash.Size || proof.Any(h => h.Length != MerkleHash.Size))
        {
            return false;
        }

        long node = index;
        long last = size - 1;
        byte[] hash = leafHash.ToArray();
        foreach (ReadOnlyMemory<byte> sibling in proof)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                hash = MerkleHash.Node(sibling.Span, hash);
                int up = (node & 1) == 1 ? 0 : BitOperations.TrailingZeroCount(node);
                (node, last) = (node >> up, last >> up);
            }
            else
            {
                hash = MerkleHash.Node(hash, sibling.Span);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && CryptographicOperations.FixedTimeEquals(hash, root);
    }

    /// <summary>Whether a tree is another one with leaves appended: nothing was changed, taken out or put between.</summary>
    /// <param name="from">Leaves of the earlier tree.</param>
    /// <param name="fromRoot">Its root.</param>
    /// <param name="to">Leaves of the later tree.</param>
    /// <param name="toRoot">Its root.</param>
    /// <param name="proof">The proof's hashes; none when either tree is empty or both have the same size.</param>
    public static bool VerifyConsistency(long from, ReadOnlySpan<byte> fromRoot, long to, ReadOnlySpan<byte> toRoot, IReadOnlyList<ReadOnlyMemory<byte>> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (from < 0 || from > to || proof.Count > MaxLength || proof.Any(h => h.Length != MerkleHash.Size))
        {
            return false;
        }

        if (from == to)
        {
            return proof.Count == 0 && fromRoot.SequenceEqual(toRoot) && (from > 0 || fromRoot.SequenceEqual(MerkleHash.Empty));
        }

        if (from == 0)
        {
            return proof.Count == 0 && fromRoot.SequenceEqual(MerkleHash.Empty);
        }

        // A tree that is whole is its own first step.
        bool whole = BitOperations.IsPow2(from);
        if (!whole && proof.Count == 0)
        {
            return false;
        }

        int shift = BitOperations.TrailingZeroCount(from);
        long node = (from - 1) >> shift;
        long last = (to - 1) >> shift;
        byte[] earlier = whole ? fromRoot.ToArray() : proof[0].ToArray();
        byte[] later = earlier;
        foreach (ReadOnlyMemory<byte> sibling in proof.Skip(whole ? 0 : 1))
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                earlier = MerkleHash.Node(sibling.Span, earlier);
                later = MerkleHash.Node(sibling.Span, later);
                int up = (node & 1) == 1 || node == 0 ? 0 : BitOperations.TrailingZeroCount(node);
                (node, last) = (node >> up, last >> up);
            }
            else
            {
                later = MerkleHash.Node(later, sibling.Span);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && CryptographicOperations.FixedTimeEquals(earlier, fromRoot) && CryptographicOperations.FixedTimeEquals(later, toRoot);
    }
}

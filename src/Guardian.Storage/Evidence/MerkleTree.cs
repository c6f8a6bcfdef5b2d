using System.Numerics;

namespace Guardian.Storage;

/// <summary>Roots and proofs of an RFC 6962 tree out of its tiles: a proof in a tree of a million leaves reads at most six of them.</summary>
internal sealed class MerkleTree(IMerkleTiles tiles)
{
    public const int TileHeight = 8;
    public const int TileWidth = 1 << TileHeight;

    private readonly Dictionary<(int Level, long Index), ReadOnlyMemory<byte>> _read = [];

    /// <summary>The root over the first <paramref name="size"/> leaves.</summary>
    public byte[] Root(long size) => size == 0 ? MerkleHash.Empty : Range(0, size);

    /// <summary>PATH of RFC 6962, section 2.1.1: from the leaf upward.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Inclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<ReadOnlyMemory<byte>>();
        (long start, long end) = (0, size);
        while (end - start > 1)
        {
            long split = start + LargestPowerBelow(end - start);
            path.Add(index < split ? Range(split, end) : Range(start, split));
            (start, end) = index < split ? (start, split) : (split, end);
        }

        path.Reverse();
        return path;
    }

    /// <summary>PROOF of RFC 6962, section 2.1.2; empty when there is nothing to prove.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Consistency(long from, long to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        var path = new List<ReadOnlyMemory<byte>>();
        if (from == 0 || from == to)
        {
            return path;
        }

        (long start, long end, bool known) = (0, to, true);
        while (from != end)
        {
            long split = start + LargestPowerBelow(end - start);
            if (from <= split)
            {
                path.Add(Range(split, end));
                end = split;
            }
            else
            {
                path.Add(Range(start, split));
                (start, known) = (split, false);
            }
        }

        if (!known)
        {
            path.Add(Range(start, end));
        }

        path.Reverse();
        return path;
    }

    private static long LargestPowerBelow(long count) => 1L << (BitOperations.Log2((ulong)count - 1));

    /// <summary>The hash over leaves that a recursion of RFC 6962 cuts out: its start is a multiple of every power of two below its length.</summary>
    private byte[] Range(long start, long end)
    {
        long count = end - start;
        if (BitOperations.IsPow2(count))
        {
            int level = BitOperations.Log2((ulong)count);
            return Perfect(level, start >> level);
        }

        long split = start + LargestPowerBelow(count);
        return MerkleHash.Node(Range(start, split), Range(split, end));
    }

    private byte[] Perfect(int level, long index)
    {
        int inTile = level % TileHeight;
        long first = index << inTile;
        ReadOnlyMemory<byte> tile = Tile(level / TileHeight, first / TileWidth);
        return Reduce(tile.Span.Slice((int)(first % TileWidth) * MerkleHash.Size, MerkleHash.Size << inTile));
    }

    private ReadOnlyMemory<byte> Tile(int level, long index)
    {
        if (!_read.TryGetValue((level, index), out ReadOnlyMemory<byte> tile))
        {
            _read[(level, index)] = tile = tiles.Read(level, index);
        }

        return tile;
    }

    /// <summary>The root over a power of two of hashes.</summary>
    internal static byte[] Reduce(ReadOnlySpan<byte> hashes)
    {
        byte[] work = hashes.ToArray();
        for (int count = work.Length / MerkleHash.Size; count > 1; count /= 2)
        {
            for (int i = 0; i < count / 2; i++)
            {
                Span<byte> pair = work.AsSpan(2 * i * MerkleHash.Size, 2 * MerkleHash.Size);
                MerkleHash.Node(pair[..MerkleHash.Size], pair[MerkleHash.Size..], work.AsSpan(i * MerkleHash.Size, MerkleHash.Size));
            }
        }

        return work[..MerkleHash.Size];
    }
}

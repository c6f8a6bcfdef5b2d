namespace Guardian.Storage;

/// <summary>Appends leaves to a tree: gathers the tiles that change, for the caller to store in one transaction.</summary>
internal sealed class MerkleAppender(IMerkleTiles tiles, long size) : IMerkleTiles
{
    private readonly Dictionary<(int Level, long Index), byte[]> _changed = [];

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; } = size;

    /// <summary>The tiles that changed, to be written in place of what is stored of them.</summary>
    public IEnumerable<(int Level, long Index, byte[] Hashes)> Changed => _changed.Select(t => (t.Key.Level, t.Key.Index, t.Value));

    public void Append(ReadOnlySpan<byte> leafHash)
    {
        Append(0, Size, leafHash);
        Size++;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(int level, long index) => _changed.TryGetValue((level, index), out byte[]? changed) ? changed : tiles.Read(level, index);

    private void Append(int level, long position, ReadOnlySpan<byte> hash)
    {
        long index = position / MerkleTree.TileWidth;
        int slot = (int)(position % MerkleTree.TileWidth);
        ReadOnlyMemory<byte> tile = slot == 0 ? default : Read(level, index);
        if (tile.Length != slot * MerkleHash.Size)
        {
            throw new StorageException($"evidence log: tile {level}/{index} has {tile.Length / MerkleHash.Size} hashes, not {slot}; the log's database was damaged");
        }

        byte[] longer = [.. tile.Span, .. hash];
        _changed[(level, index)] = longer;
        if (slot == MerkleTree.TileWidth - 1)
        {
            Append(level + 1, index, MerkleTree.Reduce(longer));
        }
    }
}

namespace Guardian.Storage;

/// <summary>
/// Where a tree's hashes are kept: tiles of up to 256 hashes, as in C2SP's tlog-tiles. Tile n of level 0 holds the hashes of leaves 256·n and following; tile n of level
/// l + 1 holds the roots of the full tiles 256·n and following of level l.
/// </summary>
internal interface IMerkleTiles
{
    /// <summary>The hashes of a tile, one after another; empty when there is none yet.</summary>
    ReadOnlyMemory<byte> Read(int level, long index);
}

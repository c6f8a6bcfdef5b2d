namespace Guardian.Storage;

/// <summary>
/// Builds the balanced tree that <c>ipfs add --cid-version 1</c> builds, from leaves in their order: raw leaves of 256 KiB, at most 174 links a block, every leaf at the same
/// depth, filled from the left. A file of one leaf is that leaf. Memory is 174 links for each level.
/// </summary>
/// <param name="onBlock">Told of every linking block as soon as it is complete.</param>
internal sealed class UnixFsTree(Action<byte[], byte[]>? onBlock = null)
{
    /// <summary>Bytes of every leaf but the last.</summary>
    public const int ChunkBytes = 256 << 10;

    private const int LinksPerBlock = 174;

    private readonly List<List<DagLink>> _levels = [];

    public void AddLeaf(ReadOnlySpan<byte> sha256, int bytes) => Add(0, new DagLink(Cid.Of(Cid.Raw, sha256), bytes, bytes));

    /// <summary>Ends the tree.</summary>
    /// <returns>The link to its root.</returns>
    public DagLink Finish()
    {
        for (int level = 0; level < _levels.Count - 1; level++)
        {
            Add(level + 1, Flush(level));
        }

        return _levels[^1] is [var only] ? only : Flush(_levels.Count - 1);
    }

    /// <summary>What a file of so many bytes takes with all of its blocks. That depends on nothing else.</summary>
    public static long TreeBytesOf(long fileBytes)
    {
        var tree = new UnixFsTree();
        Span<byte> any = stackalloc byte[32];
        long left = fileBytes;
        do
        {
            int leaf = (int)Math.Min(left, ChunkBytes);
            tree.AddLeaf(any, leaf);
            left -= leaf;
        }
        while (left > 0);
        return tree.Finish().TreeBytes;
    }

    private void Add(int level, DagLink link)
    {
        if (level == _levels.Count)
        {
            _levels.Add(new List<DagLink>(LinksPerBlock));
        }

        // Full levels wait for one link more: a tree that ends here needs no level above.
        if (_levels[level].Count == LinksPerBlock)
        {
            Add(level + 1, Flush(level));
        }

        _levels[level].Add(link);
    }

    private DagLink Flush(int level)
    {
        List<DagLink> links = _levels[level];
        byte[] block = DagPb.File(links), cid = DagPb.CidOf(block);
        onBlock?.Invoke(cid, block);
        var link = new DagLink(cid, block.Length + links.Sum(l => l.TreeBytes), links.Sum(l => l.FileBytes));
        links.Clear();
        return link;
    }
}

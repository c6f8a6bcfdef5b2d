using System.Buffers;
using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>
/// Writes a CAR file, version 1 (https://ipld.io/specs/transport/car/carv1/): a header that names the root, then blocks. The root, a directory, comes first; then for each file
/// its leaves, each linking block after what it links. Nothing is held but one leaf.
/// </summary>
internal sealed class CarWriter(Stream output)
{
    /// <summary>DAG-CBOR of <c>{"roots": [</c> and, behind the root, <c>], "version": 1}</c>; 0xd8 0x2a is the tag of a CID, whose bytes follow a zero.</summary>
    private static readonly byte[] HeaderStart = [0xa2, 0x65, .. "roots"u8, 0x81, 0xd8, 0x2a, 0x58, Cid.Length + 1, 0], HeaderEnd = [0x67, .. "version"u8, 1];

    public long Written { get; private set; }

    /// <summary>Writes header and root.</summary>
    /// <param name="files">Names, identifiers and sizes; in any order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The root's identifier.</returns>
    public async Task<string> BeginAsync(IEnumerable<(string Name, string Cid, long Bytes)> files, CancellationToken cancellationToken)
    {
        byte[] directory = DagPb.Directory(files
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => (f.Name, new DagLink(Cid.Parse(f.Cid), UnixFsTree.TreeBytesOf(f.Bytes), f.Bytes))));
        byte[] root = DagPb.CidOf(directory);
        await WriteAsync(ReadOnlyMemory<byte>.Empty, (byte[])[.. HeaderStart, .. root, .. HeaderEnd], cancellationToken).ConfigureAwait(false);
        await WriteAsync(root, directory, cancellationToken).ConfigureAwait(false);
        return Cid.ToText(root);
    }

    /// <summary>Writes a file's blocks.</summary>
    /// <returns>The file's identifier, from what was read.</returns>
    public async Task<string> AddAsync(Stream content, CancellationToken cancellationToken)
    {
        byte[] leaf = ArrayPool<byte>.Shared.Rent(UnixFsTree.ChunkBytes);
        var linking = new Queue<(byte[] Cid, byte[] Block)>();
        var tree = new UnixFsTree((cid, block) => linking.Enqueue((cid, block)));
        try
        {
            long total = 0;
            while (true)
            {
                int count = await content.ReadAtLeastAsync(leaf.AsMemory(0, UnixFsTree.ChunkBytes), UnixFsTree.ChunkBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (count > 0 || total == 0)
                {
                    byte[] hash = SHA256.HashData(leaf.AsSpan(0, count));
                    await WriteAsync(Cid.Of(Cid.Raw, hash), leaf.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                    tree.AddLeaf(hash, count);
                    total += count;
                }

                DagLink? root = count < UnixFsTree.ChunkBytes ? tree.Finish() : null;
                while (linking.TryDequeue(out (byte[] Cid, byte[] Block) node))
                {
                    await WriteAsync(node.Cid, node.Block, cancellationToken).ConfigureAwait(false);
                }

                if (root is { } done)
                {
                    return Cid.ToText(done.Cid);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(leaf);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> cid, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        var head = new MemoryStream();
        DagPb.Varint(head, (ulong)(cid.Length + block.Length));
        head.Write(cid.Span);
        await output.WriteAsync(head.GetBuffer().AsMemory(0, (int)head.Length), cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(block, cancellationToken).ConfigureAwait(false);
        Written += head.Length + block.Length;
    }
}

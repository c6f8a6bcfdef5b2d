using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>Computes the identifier that <c>ipfs add --cid-version 1</c> gives to bytes, as they stream by.</summary>
internal sealed class CidHasher : IDisposable
{
    private readonly IncrementalHash _leaf = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly UnixFsTree _tree = new();
    private int _leafBytes;
    private bool _hasLeaf;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int taken = Math.Min(bytes.Length, UnixFsTree.ChunkBytes - _leafBytes);
            _leaf.AppendData(bytes[..taken]);
            _leafBytes += taken;
            bytes = bytes[taken..];
            if (_leafBytes == UnixFsTree.ChunkBytes)
            {
                EndLeaf();
            }
        }
    }

    /// <summary>Ends the content. To be called once.</summary>
    public string Finish()
    {
        // No bytes at all are one empty leaf.
        if (_leafBytes > 0 || !_hasLeaf)
        {
            EndLeaf();
        }

        return Cid.ToText(_tree.Finish().Cid);
    }

    public void Dispose() => _leaf.Dispose();

    private void EndLeaf()
    {
        Span<byte> hash = stackalloc byte[32];
        _leaf.GetHashAndReset(hash);
        _tree.AddLeaf(hash, _leafBytes);
        _leafBytes = 0;
        _hasLeaf = true;
    }
}

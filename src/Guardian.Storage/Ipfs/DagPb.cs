using System.Security.Cryptography;
using System.Text;

namespace Guardian.Storage;

/// <summary>Encodes the two kinds of linking block: https://ipld.io/specs/codecs/dag-pb/spec/ around https://github.com/ipfs/specs/blob/main/UNIXFS.md.</summary>
internal static class DagPb
{
    private const byte DirectoryType = 1, FileType = 2;

    /// <summary>A file in several blocks.</summary>
    public static byte[] File(IReadOnlyList<DagLink> links)
    {
        var unixFs = new MemoryStream();
        Number(unixFs, 1, FileType);
        Number(unixFs, 3, (ulong)links.Sum(l => l.FileBytes));
        foreach (DagLink link in links)
        {
            Number(unixFs, 4, (ulong)link.FileBytes);
        }

        return Node(links.Select(l => ("", l)), unixFs);
    }

    /// <summary>A directory.</summary>
    /// <param name="entries">In the byte order of their names.</param>
    public static byte[] Directory(IEnumerable<(string Name, DagLink Link)> entries)
    {
        var unixFs = new MemoryStream();
        Number(unixFs, 1, DirectoryType);
        return Node(entries, unixFs);
    }

    public static byte[] CidOf(byte[] block) => Cid.Of(Cid.DagPb, SHA256.HashData(block));

    public static void Varint(Stream to, ulong value)
    {
        for (; value > 127; value >>= 7)
        {
            to.WriteByte((byte)(value | 128));
        }

        to.WriteByte((byte)value);
    }

    /// <summary>Links come first although their field number is the higher one: the format has it so.</summary>
    private static byte[] Node(IEnumerable<(string Name, DagLink Link)> links, MemoryStream unixFs)
    {
        var node = new MemoryStream();
        foreach ((string name, DagLink link) in links)
        {
            var encoded = new MemoryStream();
            Bytes(encoded, 1, link.Cid);
            Bytes(encoded, 2, Encoding.UTF8.GetBytes(name));
            Number(encoded, 3, (ulong)link.TreeBytes);
            Bytes(node, 2, encoded.ToArray());
        }

        Bytes(node, 1, unixFs.ToArray());
        return node.ToArray();
    }

    private static void Number(Stream to, uint field, ulong value)
    {
        Varint(to, field << 3);
        Varint(to, value);
    }

    private static void Bytes(Stream to, uint field, byte[] value)
    {
        Varint(to, (field << 3) | 2);
        Varint(to, (ulong)value.Length);
        to.Write(value);
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Guardian.Storage.Tests;

/// <summary>A reader of CAR files of its own, that believes nothing: every block is held against its identifier.</summary>
internal sealed class CarFile
{
    private readonly Dictionary<string, byte[]> _blocks = [];

    public string Root { get; private set; } = "";

    public static CarFile Read(byte[] bytes)
    {
        var car = new CarFile();
        int at = 0;
        ReadOnlySpan<byte> header = Take(bytes, ref at, (int)Varint(bytes, ref at));
        Assert.Equal("a265726f6f747381d82a582500", Convert.ToHexStringLower(header[..13]));
        Assert.Equal("6776657273696f6e01", Convert.ToHexStringLower(header[^9..]));
        car.Root = Cid.ToText(header[13..^9]);
        while (at < bytes.Length)
        {
            ReadOnlySpan<byte> section = Take(bytes, ref at, (int)Varint(bytes, ref at));
            byte[] cid = section[..36].ToArray(), block = section[36..].ToArray();
            Assert.Equal(SHA256.HashData(block), cid[4..]);
            car._blocks[Cid.ToText(cid)] = block;
        }

        Assert.Contains(car.Root, car._blocks.Keys);
        return car;
    }

    public IReadOnlyList<(string Name, string Cid)> Directory() => [.. Links(_blocks[Root]).Select(l => (l.Name, l.Cid))];

    /// <summary>A file's bytes, from all of its blocks.</summary>
    public byte[] File(string cid)
    {
        byte[] block = _blocks[cid];
        return Cid.Parse(cid)[1] == Cid.Raw ? block : [.. Links(block).SelectMany(l => File(l.Cid))];
    }

    private static List<(string Name, string Cid)> Links(byte[] block)
    {
        var links = new List<(string, string)>();
        for (int at = 0; at < block.Length;)
        {
            ulong tag = Varint(block, ref at);
            byte[] field = Take(block, ref at, (int)Varint(block, ref at)).ToArray();
            if (tag == 0x12)
            {
                int inner = 0;
                Assert.Equal(0x0aul, Varint(field, ref inner));
                string cid = Cid.ToText(Take(field, ref inner, (int)Varint(field, ref inner)));
                Assert.Equal(0x12ul, Varint(field, ref inner));
                links.Add((Encoding.UTF8.GetString(Take(field, ref inner, (int)Varint(field, ref inner))), cid));
            }
        }

        return links;
    }

    private static ReadOnlySpan<byte> Take(byte[] bytes, ref int at, int count)
    {
        at += count;
        return bytes.AsSpan(at - count, count);
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[at++];
            value |= (ulong)(b & 127) << shift;
            if (b < 128)
            {
                return value;
            }
        }
    }
}

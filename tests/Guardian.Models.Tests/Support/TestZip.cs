using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Guardian.Models.Tests.Support;

/// <summary>ZIP files as honest and as hostile programs write them.</summary>
internal sealed class TestZip
{
    private readonly MemoryStream _stream = new();
    private readonly ZipArchive _zip;

    public TestZip() => _zip = new ZipArchive(_stream, ZipArchiveMode.Create, leaveOpen: true);

    public TestZip Add(string name, byte[] content, CompressionLevel level = CompressionLevel.NoCompression, int unixMode = 0)
    {
        ZipArchiveEntry entry = _zip.CreateEntry(name, level);
        entry.LastWriteTime = Sample.Noon;
        entry.ExternalAttributes = unixMode << 16;
        using Stream stream = entry.Open();
        stream.Write(content);
        return this;
    }

    public TestZip Add(string name, string text) => Add(name, Encoding.UTF8.GetBytes(text));

    public byte[] Build()
    {
        _zip.Dispose();
        return _stream.ToArray();
    }

    /// <summary>Where the directory's headers begin.</summary>
    public static IReadOnlyList<int> Headers(byte[] zip)
    {
        var at = new List<int>();
        for (int i = 0; i + 4 <= zip.Length; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(i)) == 0x02014b50)
            {
                at.Add(i);
            }
        }

        return at;
    }

    public static int End(byte[] zip) => zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8);

    public static byte[] With(byte[] zip, int at, params byte[] bytes)
    {
        byte[] changed = [.. zip];
        bytes.CopyTo(changed, at);
        return changed;
    }
}

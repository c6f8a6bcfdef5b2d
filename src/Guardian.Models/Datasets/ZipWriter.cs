using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Guardian.Models.Datasets;

/// <summary>
/// Writes ZIP files of stored entries to a stream that need not be seekable, without ever blocking on it: sizes and CRC-32 are known before an entry is written, and
/// pictures do not shrink.
/// </summary>
internal sealed class ZipWriter(Stream output)
{
    private const int LocalLength = 30, EntryLength = 46, EndLength = 22;
    private const ushort Version = 20, Utf8 = 1 << 11, UnixVersion = (3 << 8) | Version;
    private const uint RegularFile = 0x81A4u << 16;

    /// <summary>What fits into the fields of a ZIP file that is not ZIP64.</summary>
    private const long MaxBytes = uint.MaxValue - 1;

    private const int MaxEntries = ushort.MaxValue - 1;

    private static readonly DateTimeOffset First = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero), Last = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    private readonly ArrayBufferWriter<byte> _directory = new();
    private long _position;
    private int _entries;

    /// <exception cref="ModelException">The file would become larger than a ZIP file can be.</exception>
    public async Task AddAsync(string name, DateTimeOffset modifiedAt, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        byte[] encoded = Encoding.UTF8.GetBytes(name);
        if (_entries == MaxEntries || _position + LocalLength + encoded.Length + content.Length + _directory.WrittenCount + EntryLength + encoded.Length + EndLength > MaxBytes)
        {
            throw new ModelException($"The export has more than {MaxEntries} files or {MaxBytes} bytes; export it in parts, each after the cursor of the one before.");
        }

        byte[] common = Common(modifiedAt, Crc32.Of(content.Span), content.Length, encoded.Length);
        byte[] entry = new byte[EntryLength + encoded.Length];
        U32(entry, 0, 0x02014b50);
        U16(entry, 4, UnixVersion);
        common.CopyTo(entry, 6);
        U32(entry, 38, RegularFile);
        U32(entry, 42, (uint)_position);
        encoded.CopyTo(entry, EntryLength);
        _directory.Write(entry);
        _entries++;

        byte[] local = new byte[LocalLength + encoded.Length];
        U32(local, 0, 0x04034b50);
        common.CopyTo(local, 4);
        encoded.CopyTo(local, LocalLength);
        await WriteAsync(local, cancellationToken).ConfigureAwait(false);
        await WriteAsync(content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the directory; nothing can be added after it.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        byte[] end = new byte[EndLength];
        U32(end, 0, 0x06054b50);
        U16(end, 8, (ushort)_entries);
        U16(end, 10, (ushort)_entries);
        U32(end, 12, (uint)_directory.WrittenCount);
        U32(end, 16, (uint)_position);
        await WriteAsync(_directory.WrittenMemory, cancellationToken).ConfigureAwait(false);
        await WriteAsync(end, cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What local header and directory entry share: version needed to length of the extra field.</summary>
    private static byte[] Common(DateTimeOffset modifiedAt, uint crc, int size, int nameLength)
    {
        DateTimeOffset at = (modifiedAt < First ? First : modifiedAt > Last ? Last : modifiedAt).ToUniversalTime();
        byte[] common = new byte[26];
        U16(common, 0, Version);
        U16(common, 2, Utf8);
        U16(common, 6, (ushort)((at.Hour << 11) | (at.Minute << 5) | (at.Second / 2)));
        U16(common, 8, (ushort)(((at.Year - First.Year) << 9) | (at.Month << 5) | at.Day));
        U32(common, 10, crc);
        U32(common, 14, (uint)size);
        U32(common, 18, (uint)size);
        U16(common, 22, (ushort)nameLength);
        return common;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _position += bytes.Length;
    }

    private static void U16(byte[] target, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(target.AsSpan(at), value);

    private static void U32(byte[] target, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(target.AsSpan(at), value);
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Guardian.Models.Datasets;

/// <summary>Reads ZIP files from strangers (PKWARE APPNOTE 6.3.10), as far as pictures need it: stored or deflated, no encryption, no ZIP64, one volume.</summary>
/// <remarks>
/// <list type="number">
/// <item>The end record says how many entries the directory has and where: both are bounded before the directory is read.</item>
/// <item>The directory must have exactly these entries and no further byte.</item>
/// <item>Unpacked sizes are bounded in total, and each against its packed size; entries must not overlap: no bomb of any known kind is left.</item>
/// <item>An entry is unpacked into as many bytes as the directory says, and must have neither more nor fewer, nor another CRC-32.</item>
/// </list>
/// </remarks>
internal sealed class ZipSource : IImportSource
{
    private const uint EndSignature = 0x06054b50, EntrySignature = 0x02014b50, LocalSignature = 0x04034b50;
    private const int EndLength = 22, EntryLength = 46, LocalLength = 30, MaxComment = 65_535;

    /// <summary>Name, extra field and comment of an entry; each entry may have so many bytes in the directory on average.</summary>
    private const int MaxEntryBytes = 1024;

    /// <summary>A picture shrinks a little; an evenly black one, the most that is ever seen, to a hundredth. Small files may do what they like.</summary>
    private const long MaxRatio = 200, RatioFree = 256 << 10;

    private readonly FileStream _zip;

    private ZipSource(FileStream zip, IReadOnlyList<ImportFile> files) => (_zip, Files) = (zip, files);

    public IReadOnlyList<ImportFile> Files { get; }

    /// <exception cref="ImportException">It is not a ZIP file, or outside the limits.</exception>
    public static ZipSource Open(FileStream zip, DatasetImportLimits limits)
    {
        (int count, long start, int length) = FindDirectory(zip, limits);
        byte[] directory = new byte[length];
        ReadAt(zip, start, directory);
        List<ZipFile> entries = ReadDirectory(directory, count);
        RefuseBombs(entries, start, limits);
        return new ZipSource(zip, [.. entries.Where(e => !e.IsFolder)]);
    }

    public byte[] Read(ImportFile file, int maxBytes)
    {
        var entry = (ZipFile)file;
        if (entry.Size > maxBytes)
        {
            throw new InvalidDataException($"It has {entry.Size} bytes; the limit is {maxBytes}.");
        }

        byte[] local = new byte[LocalLength];
        if (entry.Offset + LocalLength > _zip.Length)
        {
            throw new InvalidDataException("Its header lies outside the ZIP file.");
        }

        ReadAt(_zip, entry.Offset, local);
        long start = entry.Offset + LocalLength + U16(local, 26) + U16(local, 28);
        if (U32(local, 0) != LocalSignature || start + entry.PackedSize > entry.End)
        {
            throw new InvalidDataException("Its header in the ZIP file is damaged.");
        }

        byte[] content = new byte[entry.Size];
        _zip.Position = start;
        using Stream packed = new BoundedStream(_zip, entry.PackedSize);
        using Stream unpacked = entry.IsDeflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
        if (unpacked.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length || unpacked.ReadByte() >= 0)
        {
            throw new InvalidDataException("It does not have as many bytes as the ZIP file says.");
        }

        return Crc32.Of(content) == entry.Crc ? content : throw new InvalidDataException("Its CRC-32 is not the one that the ZIP file says.");
    }

    private static (int Count, long Start, int Length) FindDirectory(FileStream zip, DatasetImportLimits limits)
    {
        byte[] tail = new byte[(int)Math.Min(zip.Length, EndLength + MaxComment)];
        ReadAt(zip, zip.Length - tail.Length, tail);
        for (int at = tail.Length - EndLength; at >= 0; at--)
        {
            if (U32(tail, at) != EndSignature || at + EndLength + U16(tail, at + 20) != tail.Length)
            {
                continue;
            }

            int count = U16(tail, at + 10);
            long length = U32(tail, at + 12), start = U32(tail, at + 16), end = zip.Length - tail.Length + at;
            if (U16(tail, at + 4) != 0 || U16(tail, at + 6) != 0 || U16(tail, at + 8) != count)
            {
                throw new ImportException("The ZIP file is a part of several; only whole ones are accepted.");
            }

            if (count == ushort.MaxValue || length == uint.MaxValue || start == uint.MaxValue)
            {
                throw new ImportException("The ZIP file is of the kind ZIP64, which is not accepted: at most 60000 entries and less than 4 GiB.");
            }

            if (count > limits.MaxEntries)
            {
                throw new ImportException($"The ZIP file has {count} entries; {nameof(limits.MaxEntries)} allows {limits.MaxEntries}.");
            }

            if (length > (long)count * MaxEntryBytes || start + length != end)
            {
                throw new ImportException("The ZIP file's directory is damaged, or something lies between it and the end.");
            }

            return (count, start, (int)length);
        }

        throw new ImportException("This is not a ZIP file, or it is cut off: it has no end record.");
    }

    private static List<ZipFile> ReadDirectory(byte[] directory, int count)
    {
        var entries = new List<ZipFile>(count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            if (at + EntryLength > directory.Length || U32(directory, at) != EntrySignature)
            {
                throw new ImportException($"The ZIP file's directory is damaged at entry {i + 1} of {count}.");
            }

            int name = U16(directory, at + 28), rest = U16(directory, at + 30) + U16(directory, at + 32);
            if (at + EntryLength + name + rest > directory.Length)
            {
                throw new ImportException($"The ZIP file's directory is damaged at entry {i + 1} of {count}.");
            }

            entries.Add(ReadEntry(directory.AsSpan(at, EntryLength), Encoding.UTF8.GetString(directory, at + EntryLength, name), names));
            at += EntryLength + name + rest;
        }

        return at == directory.Length ? entries : throw new ImportException($"The ZIP file's directory has more than the {count} entries that its end record says.");
    }

    private static ZipFile ReadEntry(ReadOnlySpan<byte> e, string name, HashSet<string> names)
    {
        const int encrypted = 1, stored = 0, deflated = 8, unix = 3, kind = 0xF000, folder = 0x4000, regular = 0x8000, link = 0xA000;
        int flags = U16(e, 8), method = U16(e, 10), made = e[5];
        int mode = made == unix ? (int)(U32(e, 38) >> 16) & kind : 0;
        string shown = EntryName.Shown(name);
        DatasetImportEntry? fault =
            mode == link ? new DatasetImportEntry(shown, SnapshotOutcome.NotAFile, "It is a link.")
            : mode is not (0 or folder or regular) ? new DatasetImportEntry(shown, SnapshotOutcome.NotAFile, "It is a device, pipe or socket.")
            : EntryName.Fault(name.EndsWith('/') ? name[..^1] : name) is { } wrong ? new DatasetImportEntry(shown, SnapshotOutcome.BadName, wrong)
            : !names.Add(name) ? new DatasetImportEntry(shown, SnapshotOutcome.BadName, "The name occurs twice.")
            : (flags & encrypted) != 0 ? new DatasetImportEntry(shown, SnapshotOutcome.Unsupported, "It is encrypted.")
            : method is not (stored or deflated) ? new DatasetImportEntry(shown, SnapshotOutcome.Unsupported, $"Its compression method {method} is not supported; stored and deflated are.")
            : null;
        uint packed = U32(e, 20), size = U32(e, 24), offset = U32(e, 42);
        if (packed == uint.MaxValue || size == uint.MaxValue || offset == uint.MaxValue)
        {
            throw new ImportException("The ZIP file has an entry of the kind ZIP64, which is not accepted.");
        }

        if (method == stored && packed != size)
        {
            fault ??= new DatasetImportEntry(shown, SnapshotOutcome.Corrupt, "Its sizes in the ZIP file contradict each other.");
        }

        return new ZipFile(name, size, ModifiedAt(U16(e, 14), U16(e, 12)))
        {
            Fault = fault,
            IsFolder = fault is null && (name.EndsWith('/') || mode == folder),
            IsDeflated = method == deflated,
            Crc = U32(e, 16),
            PackedSize = packed,
            Offset = offset,
        };
    }

    private static void RefuseBombs(List<ZipFile> entries, long directory, DatasetImportLimits limits)
    {
        long total = entries.Sum(e => e.Size);
        if (total > limits.MaxUnpackedBytes)
        {
            throw new ImportException($"The ZIP file has {total} bytes unpacked; {nameof(limits.MaxUnpackedBytes)} allows {limits.MaxUnpackedBytes}.");
        }

        long end = directory;
        foreach (ZipFile entry in entries.OrderByDescending(e => e.Offset))
        {
            if (entry.Size > (entry.PackedSize * MaxRatio) + RatioFree)
            {
                throw new ImportException($"The ZIP file is a bomb: '{EntryName.Shown(entry.Name)}' grows from {entry.PackedSize} to {entry.Size} bytes; at most {MaxRatio} times is allowed.");
            }

            if (entry.Offset + LocalLength + entry.PackedSize > end)
            {
                throw new ImportException($"The ZIP file is a bomb or damaged: '{EntryName.Shown(entry.Name)}' overlaps what follows it.");
            }

            entry.End = end;
            end = entry.Offset;
        }
    }

    /// <summary>MS-DOS date and time have no time zone; they are taken for UTC. What is no date is 1980.</summary>
    private static DateTimeOffset ModifiedAt(int date, int time)
    {
        (int year, int month, int day) = (1980 + (date >> 9), (date >> 5) & 15, date & 31);
        (int hour, int minute, int second) = (time >> 11, (time >> 5) & 63, (time & 31) * 2);
        bool valid = month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) && hour < 24 && minute < 60 && second < 60;
        return valid ? new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero) : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }

    private static void ReadAt(FileStream zip, long offset, Span<byte> target)
    {
        zip.Position = offset;
        zip.ReadExactly(target);
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private sealed record ZipFile(string Name, long Size, DateTimeOffset ModifiedAt) : ImportFile(Name, Size, ModifiedAt)
    {
        public bool IsFolder { get; init; }

        public bool IsDeflated { get; init; }

        public uint Crc { get; init; }

        public long PackedSize { get; init; }

        public long Offset { get; init; }

        /// <summary>Where the next entry, or the directory, begins.</summary>
        public long End { get; set; }
    }
}

namespace Guardian.Storage;

/// <summary>Opens an object's range in a file.</summary>
internal static class FileRange
{
    public static ArchiveRead Open(FileStream file, ByteRange? range)
    {
        try
        {
            long total = file.Length;
            if (range is not { } wanted)
            {
                return new ArchiveRead(file, total, total);
            }

            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(wanted.Offset, total, nameof(range));
            long count = Math.Min(wanted.Count, total - wanted.Offset);
            file.Position = wanted.Offset;
            return new ArchiveRead(new RangeStream(file, count), count, total);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

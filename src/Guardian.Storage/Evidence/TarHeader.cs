using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Guardian.Storage;

/// <summary>
/// The one form of a POSIX ustar header that exports have. A reader writes the header that it expects and compares: there is nothing else to parse, so nothing to be
/// misread.
/// </summary>
internal static class TarHeader
{
    public const int Block = 512;
    public const int MaxName = 99;
    private const int SizeAt = 124, ChecksumAt = 148;
    private const long MaxOctal = (1L << 33) - 1;

    public static byte[] Write(string name, long size)
    {
        byte[] header = new byte[Block];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes("0000600\00000000\00000000\0", header.AsSpan(100));
        if (size <= MaxOctal)
        {
            Encoding.ASCII.GetBytes(Octal(size, 11) + "\0", header.AsSpan(SizeAt));
        }
        else
        {
            // The base-256 form that GNU and BSD tar read.
            header[SizeAt] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(SizeAt + 4), size);
        }

        Encoding.ASCII.GetBytes("00000000000\0", header.AsSpan(136));
        Encoding.ASCII.GetBytes("        0", header.AsSpan(ChecksumAt));
        Encoding.ASCII.GetBytes("ustar\000", header.AsSpan(257));
        int sum = 0;
        foreach (byte b in header)
        {
            sum += b;
        }

        Encoding.ASCII.GetBytes(Octal(sum, 6) + "\0 ", header.AsSpan(ChecksumAt));
        return header;
    }

    /// <summary>Zero bytes that follow a file of this size.</summary>
    public static int Padding(long size) => (int)((Block - (size % Block)) % Block);

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0').ToString(CultureInfo.InvariantCulture);
}

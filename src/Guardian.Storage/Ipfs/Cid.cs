using System.Text;

namespace Guardian.Storage;

/// <summary>
/// IPFS content identifiers of version 1 with SHA-256, as bytes (version, codec, hash function, hash length, hash) and as text (base32 in small letters without padding,
/// after a <c>b</c>). The numbers are those of https://github.com/multiformats/multicodec.
/// </summary>
internal static class Cid
{
    /// <summary>Bytes of every identifier here.</summary>
    public const int Length = 36;

    /// <summary>Codec of a block that is nothing but bytes.</summary>
    public const byte Raw = 0x55;

    /// <summary>Codec of a block that links others.</summary>
    public const byte DagPb = 0x70;

    private const byte Version = 1, Sha256 = 0x12, Sha256Bytes = 32;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    public static byte[] Of(byte codec, ReadOnlySpan<byte> sha256) => [Version, codec, Sha256, Sha256Bytes, .. sha256];

    public static string ToText(ReadOnlySpan<byte> cid)
    {
        var text = new StringBuilder("b", 1 + (((cid.Length * 8) + 4) / 5));
        (int bits, int count) = (0, 0);
        foreach (byte b in cid)
        {
            bits = (bits << 8) | b;
            for (count += 8; count >= 5; count -= 5)
            {
                text.Append(Alphabet[(bits >> (count - 5)) & 31]);
            }

            bits &= (1 << count) - 1;
        }

        return (count > 0 ? text.Append(Alphabet[(bits << (5 - count)) & 31]) : text).ToString();
    }

    /// <exception cref="FormatException">It is not an identifier of this kind.</exception>
    public static byte[] Parse(string text)
    {
        byte[] cid = new byte[Length];
        (int bits, int count, int written) = (0, 0, 0);
        foreach (char c in text.StartsWith('b') ? text.AsSpan(1) : throw new FormatException("cid: base32 in small letters after a b is needed"))
        {
            int value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0 || written == Length)
            {
                throw new FormatException("cid: not one of version 1 with SHA-256");
            }

            bits = (bits << 5) | value;
            count += 5;
            if (count >= 8)
            {
                count -= 8;
                cid[written++] = (byte)(bits >> count);
                bits &= (1 << count) - 1;
            }
        }

        return written == Length && cid is [Version, Raw or DagPb, Sha256, Sha256Bytes, ..] ? cid : throw new FormatException("cid: not one of version 1 with SHA-256");
    }
}

using System.Globalization;
using System.Text;

namespace Guardian.Grpc.Wire;

/// <summary>The codec of <c>grpc-message</c>: UTF-8, percent-encoded outside of 0x20..0x7E and for '%' itself.</summary>
internal static class StatusMessage
{
    /// <summary>Peers refuse header blocks beyond 8 KiB, and a call whose status is refused looks like a broken connection.</summary>
    public const int MaxEncodedLength = 4 << 10;

    public static string Encode(string text)
    {
        // A lone surrogate becomes U+FFFD here, so that any string can be sent.
        var encoded = new StringBuilder(Math.Min(text.Length, MaxEncodedLength));
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            int start = encoded.Length;
            int bytes = rune.EncodeToUtf8(utf8);
            foreach (byte b in utf8[..bytes])
            {
                if (b is >= 0x20 and <= 0x7E and not (byte)'%')
                {
                    encoded.Append((char)b);
                }
                else
                {
                    encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
                }
            }

            if (encoded.Length > MaxEncodedLength)
            {
                encoded.Length = start;
                break;
            }
        }

        return encoded.ToString();
    }

    /// <summary>Never fails: a broken escape stays as it is, since a damaged message must not hide the status.</summary>
    public static string Decode(string encoded)
    {
        if (!encoded.Contains('%', StringComparison.Ordinal))
        {
            return encoded;
        }

        byte[] source = Encoding.UTF8.GetBytes(encoded);
        var bytes = new List<byte>(source.Length);
        for (int i = 0; i < source.Length; i++)
        {
            if (source[i] == '%' && i + 2 < source.Length && byte.TryParse(source.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.Add(source[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}

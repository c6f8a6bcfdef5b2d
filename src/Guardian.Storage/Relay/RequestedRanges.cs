using System.Globalization;

namespace Guardian.Storage;

/// <summary>
/// What a <c>Range</c> header asks for of an object, by RFC 9110, section 14: which bytes, in what order, or that the header is to be ignored or refused. Ranges that overlap or touch are
/// one, so nobody gets more bytes than the object has by asking for them many times.
/// </summary>
public sealed class RequestedRanges
{
    /// <summary>More ranges than this are refused.</summary>
    public const int MaxRanges = 16;

    private const int MaxHeader = 1024;

    private RequestedRanges(RangeAnswer answer, IReadOnlyList<ByteRange> ranges)
    {
        Answer = answer;
        Ranges = ranges;
    }

    /// <summary>How to answer.</summary>
    public RangeAnswer Answer { get; }

    /// <summary>The bytes to send: one range or more when <see cref="Answer"/> is <see cref="RangeAnswer.Partial"/>, else none.</summary>
    public IReadOnlyList<ByteRange> Ranges { get; }

    /// <summary>Reads a header.</summary>
    /// <param name="header">Its value; null or empty when there is none.</param>
    /// <param name="size">Bytes of the object, at least 0.</param>
    public static RequestedRanges Parse(string? header, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        const string unit = "bytes=";
        if (string.IsNullOrEmpty(header) || !header.StartsWith(unit, StringComparison.OrdinalIgnoreCase))
        {
            return Whole;
        }

        if (header.Length > MaxHeader)
        {
            return Refused;
        }

        var ranges = new List<ByteRange>();
        string[] specs = header[unit.Length..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string spec in specs)
        {
            int dash = spec.IndexOf('-', StringComparison.Ordinal);
            long first = 0, last = long.MaxValue;
            bool sound = dash >= 0 && spec.Length > 1 && (dash == 0 || Number(spec.AsSpan(0, dash), out first)) && (dash == spec.Length - 1 || Number(spec.AsSpan(dash + 1), out last)) && (dash == 0 || first <= last);
            if (!sound)
            {
                // Not a range: the header counts as absent.
                return Whole;
            }

            if (dash == 0)
            {
                (first, last) = (Math.Max(0, size - last), last == 0 ? -1 : size - 1);
            }

            if (first < size && last >= first)
            {
                ranges.Add(new ByteRange(first, Math.Min(last, size - 1) - first + 1));
            }
        }

        return specs.Length == 0 ? Whole
            : specs.Length > MaxRanges || ranges.Count == 0 ? Refused
            : new RequestedRanges(RangeAnswer.Partial, Joined(ranges));
    }

    private static RequestedRanges Whole { get; } = new(RangeAnswer.Whole, []);

    private static RequestedRanges Refused { get; } = new(RangeAnswer.NotSatisfiable, []);

    /// <summary>Digits alone; a number past what a file can have means its end.</summary>
    private static bool Number(ReadOnlySpan<char> text, out long value)
    {
        value = long.MaxValue;
        return text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9') && (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) || (value = long.MaxValue) > 0);
    }

    /// <summary>In the order asked for, unless some belong together: then each group stands where its first range stood.</summary>
    private static List<ByteRange> Joined(List<ByteRange> asked)
    {
        var joined = new List<ByteRange>();
        foreach (ByteRange range in asked)
        {
            ByteRange grown = range;
            int place = joined.Count;
            for (int i = joined.Count - 1; i >= 0; i--)
            {
                ByteRange other = joined[i];
                if (other.Offset <= grown.Offset + grown.Count && grown.Offset <= other.Offset + other.Count)
                {
                    long start = Math.Min(other.Offset, grown.Offset);
                    grown = new ByteRange(start, Math.Max(other.Offset + other.Count, grown.Offset + grown.Count) - start);
                    joined.RemoveAt(i);
                    place = i;
                }
            }

            joined.Insert(place, grown);
        }

        return joined;
    }
}

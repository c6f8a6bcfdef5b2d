using System.Globalization;
using System.Text;

namespace Guardian.Storage;

/// <summary>Places in the log as text: <c>3,7-9,12</c>.</summary>
internal sealed class IndexRanges
{
    private readonly List<(long First, long Last)> _ranges;

    private IndexRanges(List<(long First, long Last)> ranges) => _ranges = ranges;

    public static string Write(IReadOnlyList<long> ascending)
    {
        var text = new StringBuilder();
        for (int i = 0; i < ascending.Count;)
        {
            int end = i;
            while (end + 1 < ascending.Count && ascending[end + 1] == ascending[end] + 1)
            {
                end++;
            }

            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{ascending[i]}");
            if (end > i)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{ascending[end]}");
            }

            i = end + 1;
        }

        return text.ToString();
    }

    /// <summary>Reads places. Text of another form, or out of order, holds nothing.</summary>
    public static IndexRanges Parse(string text)
    {
        var ranges = new List<(long First, long Last)>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            bool sound = long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out long first) & long.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out long last)
                && ends.Length <= 2 && first <= last && (ranges.Count == 0 || first > ranges[^1].Last);
            if (!sound)
            {
                return new IndexRanges([]);
            }

            ranges.Add((first, last));
        }

        return new IndexRanges(ranges);
    }

    public bool Contains(long index)
    {
        (int from, int to) = (0, _ranges.Count);
        while (from < to)
        {
            int middle = (from + to) / 2;
            (from, to) = _ranges[middle].Last < index ? (middle + 1, to) : (from, middle);
        }

        return from < _ranges.Count && _ranges[from].First <= index;
    }
}

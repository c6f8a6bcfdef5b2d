using System.Globalization;
using System.Text;

namespace Guardian.Storage;

/// <summary>Places in the log as text: <c>3,7-9,12</c>.</summary>
internal static class IndexRanges
{
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

    /// <summary>Whether a place is in the text. Text of another form holds nothing.</summary>
    public static bool Contains(string text, long index) => text.Split(',').Any(part =>
    {
        string[] ends = part.Split('-');
        return ends.Length <= 2 && ends.All(e => long.TryParse(e, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            && index >= long.Parse(ends[0], CultureInfo.InvariantCulture) && index <= long.Parse(ends[^1], CultureInfo.InvariantCulture);
    });
}

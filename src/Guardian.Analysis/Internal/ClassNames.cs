using System.Globalization;
using System.Text.RegularExpressions;

namespace Guardian.Analysis;

/// <summary>
/// Reads the metadata entry <c>names</c>, which exporters write as a Python dictionary: <c>{0: 'person', 1: 'bicycle'}</c>. JSON objects
/// are read too.
/// </summary>
internal static partial class ClassNames
{
    private const int MaxText = 1 << 20, MaxClasses = 10_000, MaxLength = 64;

    /// <summary>The names by number; empty when there are none that can be read.</summary>
    public static IReadOnlyList<string> Parse(string? text)
    {
        if (text is null || text.Length > MaxText)
        {
            return [];
        }

        var names = new SortedDictionary<int, string>();
        foreach (Match match in Entry().Matches(text))
        {
            if (int.TryParse(match.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < MaxClasses)
            {
                string name = Escape().Replace(match.Groups["name"].Value, "$1");
                names[number] = name.Length > MaxLength ? name[..MaxLength] : name;
            }
        }

        return names.Count == 0
            ? []
            : [.. Enumerable.Range(0, names.Keys.Last() + 1).Select(i => names.GetValueOrDefault(i) is { Length: > 0 } name ? name : Unnamed(i))];
    }

    public static string Unnamed(int number) => string.Create(CultureInfo.InvariantCulture, $"class_{number}");

    [GeneratedRegex(
        """["']?(?<number>[0-9]{1,6})["']?\s*:\s*(?:'(?<name>(?:[^'\\]|\\.)*)'|"(?<name>(?:[^"\\]|\\.)*)")""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Entry();

    [GeneratedRegex("""\\(.)""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();
}

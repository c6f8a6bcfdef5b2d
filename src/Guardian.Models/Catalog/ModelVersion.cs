using System.Globalization;
using System.Text.RegularExpressions;

namespace Guardian.Models;

/// <summary>
/// A semantic version (https://semver.org/spec/v2.0.0.html): <c>major.minor.patch[-prerelease][+build]</c>. Comparison is that specification's precedence, which
/// ignores the build; equality is of the whole text.
/// </summary>
/// <param name="Major">Changes when input or output of the model file change. 0 to 999999.</param>
/// <param name="Minor">Changes with every training. 0 to 999999.</param>
/// <param name="Patch">0 to 999999.</param>
public readonly partial record struct ModelVersion(int Major, int Minor, int Patch) : IComparable<ModelVersion>
{
    /// <summary>The longest text of a version, in characters.</summary>
    public const int MaxLength = 64;

    private const int MaxPart = 999_999;

    // Null where there is none, as in a version that was made from numbers, so that both are equal.
    private readonly string? _prerelease, _build;

    private ModelVersion(int major, int minor, int patch, string prerelease, string build)
        : this(major, minor, patch) => (_prerelease, _build) = (prerelease.Length > 0 ? prerelease : null, build.Length > 0 ? build : null);

    /// <summary>A camera's first version, 1.0.0.</summary>
    public static ModelVersion First { get; } = new(1, 0, 0);

    /// <summary>Dot-separated identifiers of a version that comes before the release, such as "rc.1"; empty for a release.</summary>
    public string Prerelease => _prerelease ?? "";

    /// <summary>Dot-separated identifiers that do not count for precedence; empty when there are none.</summary>
    public string Build => _build ?? "";

    /// <summary>The release after this one: of a pre-release its own release, else the next minor version.</summary>
    public ModelVersion Next() => Prerelease.Length > 0 ? new(Major, Minor, Patch) : new(Major, Minor + 1, 0);

    /// <summary>Reads a version.</summary>
    /// <param name="text">The text, up to <see cref="MaxLength"/> characters.</param>
    /// <exception cref="FormatException">The text is not a semantic version, or a number is over 999999.</exception>
    public static ModelVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out ModelVersion version)
            ? version
            : throw new FormatException($"A model version has the form major.minor.patch[-prerelease][+build] with numbers up to {MaxPart} and at most {MaxLength} characters.");
    }

    /// <summary>Reads a version.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="version">The version, when this returns true.</param>
    public static bool TryParse(string? text, out ModelVersion version)
    {
        version = default;
        if (text is null || text.Length > MaxLength || Pattern().Match(text) is not { Success: true } match)
        {
            return false;
        }

        int[] numbers = [.. Enumerable.Range(1, 3).Select(i => int.TryParse(match.Groups[i].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n <= MaxPart ? n : -1)];
        if (numbers.Contains(-1))
        {
            return false;
        }

        version = new ModelVersion(numbers[0], numbers[1], numbers[2], match.Groups[4].Value, match.Groups[5].Value);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ModelVersion other)
    {
        int release = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return release != 0 ? release : ComparePrereleases(Prerelease, other.Prerelease);
    }

    /// <summary>Compares two versions.</summary>
    public static bool operator <(ModelVersion left, ModelVersion right) => left.CompareTo(right) < 0;

    /// <summary>Compares two versions.</summary>
    public static bool operator >(ModelVersion left, ModelVersion right) => left.CompareTo(right) > 0;

    /// <summary>Compares two versions.</summary>
    public static bool operator <=(ModelVersion left, ModelVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Compares two versions.</summary>
    public static bool operator >=(ModelVersion left, ModelVersion right) => left.CompareTo(right) >= 0;

    /// <summary>For example <c>1.4.0</c> or <c>2.0.0-rc.1+7</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}{(Prerelease.Length > 0 ? "-" : "")}{Prerelease}{(Build.Length > 0 ? "+" : "")}{Build}");

    /// <summary>Clause 11 of the specification: a release is above its pre-releases; identifiers one by one, numbers as numbers and below words; of equal beginnings the shorter is below.</summary>
    private static int ComparePrereleases(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            return right.Length.CompareTo(left.Length);
        }

        string[] ours = left.Split('.'), theirs = right.Split('.');
        for (int i = 0; i < Math.Min(ours.Length, theirs.Length); i++)
        {
            if (CompareIdentifiers(ours[i], theirs[i]) is not 0 and int order)
            {
                return order;
            }
        }

        return ours.Length.CompareTo(theirs.Length);
    }

    private static int CompareIdentifiers(string left, string right)
    {
        bool isNumber = left.All(char.IsAsciiDigit), isOtherNumber = right.All(char.IsAsciiDigit);
        return (isNumber, isOtherNumber) switch
        {
            // Without leading zeros the longer number is the larger, however long.
            (true, true) => left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right),
            (true, false) => -1,
            (false, true) => 1,
            _ => string.CompareOrdinal(left, right),
        };
    }

    // The specification's own expression, with \z for $, which also matches before a final line feed.
    [GeneratedRegex(@"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?\z")]
    private static partial Regex Pattern();
}

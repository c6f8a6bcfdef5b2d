using System.Globalization;

namespace Guardian.Models;

/// <summary>A model's place in the history of its camera: 1.0.0, 1.1.0, …; ordered by number, not as text.</summary>
/// <param name="Major">Changes when input or output of the model file change. 0 to 999999.</param>
/// <param name="Minor">Changes with every training. 0 to 999999.</param>
/// <param name="Patch">Always 0 in this version of the package. 0 to 999999.</param>
public readonly record struct ModelVersion(int Major, int Minor, int Patch) : IComparable<ModelVersion>
{
    private const int MaxPart = 999_999;

    /// <summary>A camera's first version, 1.0.0.</summary>
    public static ModelVersion First { get; } = new(1, 0, 0);

    /// <summary>The version after this one.</summary>
    public ModelVersion Next() => new(Major, Minor + 1, 0);

    /// <summary>Reads <c>major.minor.patch</c> in plain decimal digits.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static ModelVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('.');
        int[] numbers = [.. parts.Select(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n <= MaxPart ? n : -1)];
        return numbers is [>= 0, >= 0, >= 0]
            ? new ModelVersion(numbers[0], numbers[1], numbers[2])
            : throw new FormatException($"A model version has the form major.minor.patch with numbers up to {MaxPart}.");
    }

    /// <inheritdoc/>
    public int CompareTo(ModelVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <summary>Compares two versions.</summary>
    public static bool operator <(ModelVersion left, ModelVersion right) => left.CompareTo(right) < 0;

    /// <summary>Compares two versions.</summary>
    public static bool operator >(ModelVersion left, ModelVersion right) => left.CompareTo(right) > 0;

    /// <summary>Compares two versions.</summary>
    public static bool operator <=(ModelVersion left, ModelVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Compares two versions.</summary>
    public static bool operator >=(ModelVersion left, ModelVersion right) => left.CompareTo(right) >= 0;

    /// <summary>For example <c>1.4.0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");
}

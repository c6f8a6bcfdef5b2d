using System.Text.RegularExpressions;

namespace Guardian.Models.Internal;

/// <summary>The forms of names that become rows and folders.</summary>
internal static partial class Identifiers
{
    public const int MaxLength = 128;

    public const string CameraRule = "1 to 128 of A-Z a-z 0-9 . _ : - and not \".\" or \"..\"";

    public const string LabelRule = "1 to 32 of a-z 0-9 _ -";

    public static bool IsCamera(string? id) => id is not null && CameraPattern().IsMatch(id) && id is not ("." or "..");

    public static bool IsLabel(string? label) => label is not null && LabelPattern().IsMatch(label);

    /// <summary>A snapshot id is the sender's and only ever compared: any text without control characters.</summary>
    public static bool IsSnapshot(string? id) => id is { Length: > 0 and <= MaxLength } && !id.Any(char.IsControl);

    public static void ThrowIfNotCamera(string? id)
    {
        if (!IsCamera(id))
        {
            throw new ArgumentException($"The camera id must be {CameraRule}.", nameof(id));
        }
    }

    public static void ThrowIfNotEdge(string? id)
    {
        if (!IsCamera(id))
        {
            throw new ArgumentException($"The edge id must be {CameraRule}.", nameof(id));
        }
    }

    public static void ThrowIfNotLabel(string? label)
    {
        if (!IsLabel(label))
        {
            throw new ArgumentException($"The label must be {LabelRule}.", nameof(label));
        }
    }

    // \z and not $: $ also matches before a final line feed.
    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,128}\z")]
    private static partial Regex CameraPattern();

    [GeneratedRegex(@"^[a-z0-9_-]{1,32}\z")]
    private static partial Regex LabelPattern();
}

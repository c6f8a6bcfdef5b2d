namespace Guardian.Models.Datasets;

/// <summary>Names of files in ZIP files and folders from strangers. They never become paths here; what looks as if it wanted to is refused nevertheless.</summary>
internal static class EntryName
{
    private const int MaxLength = 512, MaxShown = 256;

    /// <summary>Null for a relative name with forward slashes, else what is wrong with it.</summary>
    public static string? Fault(string name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return $"The name has {name.Length} characters; 1 to {MaxLength} are allowed.";
        }

        if (name.Any(char.IsControl))
        {
            return "The name has a control character.";
        }

        if (name.Contains('\\', StringComparison.Ordinal))
        {
            return "The name has a backslash.";
        }

        if (name[0] == '/' || (name.Length > 1 && name[1] == ':'))
        {
            return "The name is absolute.";
        }

        return name.Split('/').Any(part => part is "" or "." or "..") ? "The name has an empty part, \".\" or \"..\"." : null;
    }

    /// <summary>The name as it may be shown to people.</summary>
    public static string Shown(string name) => string.Concat(name.Take(MaxShown).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    /// <summary>The name of the folder that a file lies in, or null for none.</summary>
    public static string? Folder(string name) => name.Split('/') is [.., var folder, _] ? folder : null;
}

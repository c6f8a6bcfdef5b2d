namespace Guardian.Storage;

/// <summary>A folder's files in the byte order of their relative paths, as object stores list their keys.</summary>
internal static class FolderWalk
{
    /// <param name="root">The folder; one that is not there has no files.</param>
    /// <param name="prefix">Only paths that start with it.</param>
    /// <param name="after">Only paths greater than it.</param>
    /// <returns>Paths with <c>/</c> as separator, and their files.</returns>
    public static IEnumerable<(string Path, FileInfo File)> Files(string root, string prefix, string after)
    {
        var folder = new DirectoryInfo(root);
        return folder.Exists ? Files(folder, "", prefix, after) : [];
    }

    private static IEnumerable<(string Path, FileInfo File)> Files(DirectoryInfo folder, string above, string prefix, string after)
    {
        // A folder sorts as if its separator belonged to its name: "a/b" comes after "a-b", whose '-' is less than '/'.
        (string Path, FileSystemInfo Entry)[] entries;
        try
        {
            entries = [.. folder.EnumerateFileSystemInfos().Select(e => (above + e.Name + (e is DirectoryInfo ? "/" : ""), e))];
        }
        catch (DirectoryNotFoundException)
        {
            // Emptied and removed since its parent was read.
            yield break;
        }

        Array.Sort(entries, (a, b) => string.CompareOrdinal(a.Path, b.Path));
        foreach ((string path, FileSystemInfo entry) in entries)
        {
            if (entry is FileInfo file)
            {
                if (path.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(path, after) > 0)
                {
                    yield return (path, file);
                }
            }
            else if ((path.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(path, StringComparison.Ordinal))
                && (string.CompareOrdinal(path, after) > 0 || after.StartsWith(path, StringComparison.Ordinal)))
            {
                foreach ((string, FileInfo) below in Files((DirectoryInfo)entry, path, prefix, after))
                {
                    yield return below;
                }
            }
        }
    }
}

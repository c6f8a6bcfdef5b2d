namespace Guardian.Tunnel;

/// <summary>Files that only their owner may read, written whole or not at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void CreateFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, Mode | UnixFileMode.UserExecute);
        }
    }

    public static void Write(string path, string text)
    {
        string temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mode }))
        {
            using var writer = new StreamWriter(file);
            writer.Write(text);
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}

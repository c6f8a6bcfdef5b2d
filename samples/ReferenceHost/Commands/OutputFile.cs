namespace Guardian.ReferenceHost.Commands;

/// <summary>A file that a command makes: there whole or not at all, and never in place of another.</summary>
internal static class OutputFile
{
    /// <summary>Writes aside, then gives the file its name.</summary>
    /// <returns>What <paramref name="write"/> returned; when it is false nothing stays.</returns>
    /// <exception cref="IOException">The name is taken.</exception>
    public static async Task<bool> WriteAsync(string path, Func<Stream, Task<bool>> write)
    {
        Refuse(path);
        string aside = $"{path}.{Environment.ProcessId}.part";
        try
        {
            await using (var stream = new FileStream(aside, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                Options = FileOptions.Asynchronous,
            }))
            {
                if (!await write(stream))
                {
                    return false;
                }

                stream.Flush(flushToDisk: true);
            }

            Refuse(path);
            File.Move(aside, path, overwrite: false);
            return true;
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private static void Refuse(string path)
    {
        if (File.Exists(path) || Directory.Exists(path))
        {
            throw new IOException($"{path} is there already; nothing is overwritten");
        }
    }
}

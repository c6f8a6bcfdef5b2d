namespace Guardian.Storage;

/// <summary>One process at a time: an open file with an advisory lock (flock), which the kernel drops with the process, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="StorageException">Another process has it.</exception>
    public static FolderLock Take(string folder)
    {
        string path = Path.Combine(folder, ".lock");
        try
        {
            return new FolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new StorageException($"{folder} is in use by another process", innerException: e);
        }
    }

    public void Dispose() => _file.Dispose();
}

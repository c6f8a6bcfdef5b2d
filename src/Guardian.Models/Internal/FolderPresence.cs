namespace Guardian.Models.Internal;

/// <summary>
/// Tells whether other processes have a folder open: everyone who has holds a shared lock on one file, which the system lets go of when a process ends, however it
/// ends. Who gets it alone keeps it so until <see cref="Share"/>, and may tidy up meanwhile.
/// </summary>
internal sealed class FolderPresence : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private FileStream? _stream;

    /// <param name="path">The file to lock; its folder exists.</param>
    /// <exception cref="IOException">Another process kept the file to itself for half a minute.</exception>
    public FolderPresence(string path)
    {
        _path = path;
        try
        {
            // .NET locks such a stream exclusively (flock LOCK_EX), and one that is read and shared for reading as shared (LOCK_SH).
            _stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            IsAlone = true;
        }
        catch (IOException) when (File.Exists(path))
        {
            Share();
        }
    }

    /// <summary>True when nobody else had the folder open.</summary>
    public bool IsAlone { get; }

    /// <summary>Lets others in.</summary>
    public void Share()
    {
        _stream?.Dispose();
        _stream = null;
        using var pause = new ManualResetEventSlim();
        for (TimeSpan waited = TimeSpan.Zero; _stream is null; waited += Pause)
        {
            try
            {
                _stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read);
            }
            catch (IOException) when (waited < Patience)
            {
                pause.Wait(Pause);
            }
        }
    }

    public void Dispose() => _stream?.Dispose();
}

using System.Runtime.InteropServices;

namespace Guardian.Storage;

/// <summary>Files that appear whole or not at all and survive a power cut: written aside, flushed, renamed, folder flushed.</summary>
internal static partial class DurableFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    public static void CreateFolder(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            return;
        }

        string parent = Path.GetDirectoryName(full)!;
        CreateFolder(parent);
        Directory.CreateDirectory(full, PrivateFolder);
        FlushFolder(parent);
    }

    public static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.ReadWrite,
        Share = FileShare.Read,
        BufferSize = 0,
        Options = FileOptions.Asynchronous,
        UnixCreateMode = Private,
    });

    /// <summary>Renames and makes the rename durable. An existing target is replaced.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        FlushFolder(Path.GetDirectoryName(to)!);
    }

    /// <summary>
    /// Gives a finished file its final name unless that name is taken. A hard link fails where a rename would overwrite.
    /// </summary>
    public static bool TryPublish(string temporary, string final)
    {
        const int fileExists = 17; // EEXIST
        if (Link(temporary, final) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            File.Delete(temporary);
            return error == fileExists ? false : throw new IOException($"link {Path.GetFileName(final)}: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        File.Delete(temporary);
        FlushFolder(Path.GetDirectoryName(final)!);
        return true;
    }

    public static void FlushFolder(string path)
    {
        int descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"open {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        int result = FSync(descriptor);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0)
        {
            throw new IOException($"fsync {path}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}

using System.Runtime.InteropServices;
using System.Text;

namespace Guardian.Shared.Files;

/// <summary>
/// Files that are there whole or not at all, that survive a power cut, and that only their owner may read: written aside, flushed, given their name, and the folder
/// flushed, so that the name survives too.
/// </summary>
internal static partial class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder and its parents, each durable.</summary>
    public static void CreateFolder(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            return;
        }

        string parent = Path.GetDirectoryName(full)!;
        CreateFolder(parent);
        Directory.CreateDirectory(full, OwnerOnly | UnixFileMode.UserExecute);
        FlushFolder(parent);
    }

    /// <summary>Opens a new or emptied file for writing; making it durable is the caller's.</summary>
    public static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.ReadWrite,
        Share = FileShare.Read,
        BufferSize = 0,
        Options = FileOptions.Asynchronous,
        UnixCreateMode = OwnerOnly,
    });

    /// <summary>Writes or replaces <paramref name="path"/>; on return it is on the disk.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="temporary">Where to write it first, on the same file system; what is found there after a crash is litter.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellationToken">Ends the writing; nothing stays.</param>
    public static async Task WriteAsync(string path, string temporary, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            FileStream stream = Create(temporary);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            Rename(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes or replaces a small text file; on return it is on the disk.</summary>
    public static void Write(string path, string text)
    {
        string temporary = path + ".new";
        using (FileStream stream = Create(temporary))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        Rename(temporary, path);
    }

    /// <summary>Gives a durable file another name, replacing what has it.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    /// <summary>Gives a finished file its final name unless that name is taken. A hard link fails where a rename would overwrite.</summary>
    /// <returns>False when the name was taken; the temporary file is gone either way.</returns>
    public static bool TryPublish(string temporary, string final)
    {
        const int nameTaken = 17; // EEXIST
        int error = Link(temporary, final) == 0 ? 0 : Marshal.GetLastPInvokeError();
        File.Delete(temporary);
        if (error is not (0 or nameTaken))
        {
            throw Failed("link", final, error);
        }

        FlushFolder(Path.GetDirectoryName(final)!);
        return error == 0;
    }

    /// <summary>Makes created, renamed and deleted names in a folder durable. .NET cannot open a folder as a file, hence the C library.</summary>
    public static void FlushFolder(string path)
    {
        int folder = Open(path, 0);
        if (folder < 0)
        {
            throw Failed("open", path, Marshal.GetLastPInvokeError());
        }

        int error = Flush(folder) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(folder);
        if (error != 0)
        {
            throw Failed("flush", path, error);
        }
    }

    private static IOException Failed(string what, string path, int error) => new($"{what} {path}: {Marshal.GetPInvokeErrorMessage(error)}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}

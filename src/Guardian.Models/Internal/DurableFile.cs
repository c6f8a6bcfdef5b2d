using System.Runtime.InteropServices;

namespace Guardian.Models.Internal;

/// <summary>
/// Files that are there whole or not at all: written under a temporary name, fsynced, renamed, and the folder fsynced, so that the name survives too.
/// </summary>
internal static partial class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        string parent = Path.GetDirectoryName(path)!;
        CreateFolder(parent);
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        FlushFolder(parent);
    }

    /// <summary>Writes or replaces <paramref name="path"/>; on return it is on the disk.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="temporaryFolder">On the same file system; what is found there after a crash is rubbish.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellationToken">Ends the writing; nothing stays.</param>
    public static async Task WriteAsync(string path, string temporaryFolder, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string temporary = Path.Combine(temporaryFolder, Guid.NewGuid().ToString("N"));
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnerOnly };
            var stream = new FileStream(temporary, options);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Makes created, renamed and deleted names in a folder durable. .NET cannot open a folder as a file, hence the C library.</summary>
    public static void FlushFolder(string path)
    {
        int folder = Open(path, 0);
        if (folder < 0)
        {
            throw new IOException($"Cannot open the folder {path} to flush it (errno {Marshal.GetLastPInvokeError()}).");
        }

        try
        {
            if (Flush(folder) != 0)
            {
                throw new IOException($"Cannot flush the folder {path} (errno {Marshal.GetLastPInvokeError()}).");
            }
        }
        finally
        {
            _ = Close(folder);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

using System.Runtime.InteropServices;

namespace Guardian.Storage;

/// <summary>
/// Gives files that an administrator's command made to whom their folder belongs. A command that root runs beside the node would otherwise leave files that the node cannot read.
/// </summary>
internal static partial class FolderOwner
{
    // struct statx of Linux, which is the same on every architecture.
    private const int StatxSize = 256, StatxUid = 20, StatxGid = 24, StatxOwner = 0x18, CurrentFolder = -100;

    /// <summary>Makes the folder's owner the owner of <paramref name="path"/>. Without root's rights nothing is done: who made the file is who may.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Hand(string path)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        byte[] state = new byte[StatxSize];
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (State(CurrentFolder, folder, 0, StatxOwner, state) != 0)
        {
            throw new IOException($"stat {folder}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        uint user = MemoryMarshal.Read<uint>(state.AsSpan(StatxUid)), group = MemoryMarshal.Read<uint>(state.AsSpan(StatxGid));
        if (ChangeOwner(path, user, group) != 0)
        {
            throw new IOException($"chown {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int State(int folder, string path, int flags, uint mask, byte[] state);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}

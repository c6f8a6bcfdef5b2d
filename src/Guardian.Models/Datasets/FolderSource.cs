using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Guardian.Models.Datasets;

/// <summary>Reads a folder of this machine without following links or waiting at pipes.</summary>
internal sealed partial class FolderSource : IImportSource
{
    private const int MaxDepth = 8;

    private readonly string _root;
    private readonly DatasetImportLimits _limits;
    private readonly List<ImportFile> _files = [];
    private int _entries;
    private long _bytes;

    private FolderSource(string root, DatasetImportLimits limits) => (_root, _limits) = (root, limits);

    public IReadOnlyList<ImportFile> Files => _files;

    /// <exception cref="ImportException">It is no folder, or outside the limits.</exception>
    public static FolderSource Open(string path, DatasetImportLimits limits)
    {
        if (!Directory.Exists(path))
        {
            throw new ImportException($"There is no folder '{path}'.");
        }

        var source = new FolderSource(Path.GetFullPath(path), limits);
        source.Walk(new DirectoryInfo(source._root), "", 0);
        return source;
    }

    public byte[] Read(ImportFile file, int maxBytes)
    {
        using SafeFileHandle handle = OpenFile(Path.Combine(_root, file.Name));
        long length;
        try
        {
            length = RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException)
        {
            throw new InvalidDataException("It is a device, pipe or socket.");
        }

        if (length > maxBytes)
        {
            throw new InvalidDataException($"It has {length} bytes; the limit is {maxBytes}.");
        }

        byte[] content = new byte[length];
        for (int read = 0; read < content.Length;)
        {
            int more = RandomAccess.Read(handle, content.AsSpan(read), read);
            read += more > 0 ? more : throw new InvalidDataException("It became shorter while it was read.");
        }

        return content;
    }

    private void Walk(DirectoryInfo folder, string prefix, int depth)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            if (++_entries > _limits.MaxEntries)
            {
                throw new ImportException($"The folder has more than the {_limits.MaxEntries} files and folders that {nameof(_limits.MaxEntries)} allows.");
            }

            string name = prefix + entry.Name;
            if ((entry.Attributes & FileAttributes.ReparsePoint) != 0)
            {
                Refuse(name, SnapshotOutcome.NotAFile, "It is a link.");
            }
            else if (entry is DirectoryInfo inner)
            {
                Enter(inner, name, depth);
            }
            else
            {
                Take((FileInfo)entry, name);
            }
        }
    }

    private void Enter(DirectoryInfo folder, string name, int depth)
    {
        if (depth + 1 < MaxDepth)
        {
            Walk(folder, name + "/", depth + 1);
        }
        else
        {
            Refuse(name, SnapshotOutcome.BadName, $"Folders may lie {MaxDepth} deep.");
        }
    }

    private void Take(FileInfo file, string name)
    {
        _bytes += file.Length;
        if (_bytes > _limits.MaxUnpackedBytes)
        {
            throw new ImportException($"The folder has more bytes than {nameof(_limits.MaxUnpackedBytes)} allows: {_limits.MaxUnpackedBytes}.");
        }

        DatasetImportEntry? fault = EntryName.Fault(name) is { } wrong ? new DatasetImportEntry(EntryName.Shown(name), SnapshotOutcome.BadName, wrong) : null;
        _files.Add(new ImportFile(name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc)) { Fault = fault });
    }

    private void Refuse(string name, SnapshotOutcome outcome, string reason) =>
        _files.Add(new ImportFile(name, 0, DateTimeOffset.UnixEpoch) { Fault = new DatasetImportEntry(EntryName.Shown(name), outcome, reason) });

    /// <summary>What was a file when the folder was read may be a link or a pipe by now, and .NET would follow the one and wait for the other.</summary>
    private static SafeFileHandle OpenFile(string path)
    {
        const int nonBlocking = 0x800, closeOnExec = 0x80000;
        int noFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 ? 0x8000 : 0x20000;
        int descriptor = Open(path, nonBlocking | closeOnExec | noFollow);
        if (descriptor < 0)
        {
            throw new InvalidDataException($"It cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }

        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}

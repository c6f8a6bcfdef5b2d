using System.Collections.Concurrent;
using Guardian.Shared.Files;

namespace Guardian.Storage;

/// <summary>The files between acceptance and archive, the bytes they may take, and who writes which.</summary>
internal sealed class Spool
{
    private readonly string _folder;
    private readonly SealedArchiveOptions _options;
    private readonly ConcurrentDictionary<SealedObjectId, bool> _open = new();
    private long _bytes;

    public Spool(string folder, SealedArchiveOptions options)
    {
        _folder = folder;
        _options = options;
        DurableFile.CreateFolder(folder);
        string idFile = Path.Combine(Path.GetDirectoryName(folder)!, "spool.id");
        if (!File.Exists(idFile))
        {
            DurableFile.Write(idFile, Guid.NewGuid().ToString("N"));
        }

        Id = File.ReadAllText(idFile).Trim();
    }

    /// <summary>Names this spool among those of other nodes on the same index.</summary>
    public string Id { get; }

    /// <summary>Removes files that no row speaks of and counts the others.</summary>
    public void Recover(IReadOnlyList<SealedObjectInfo> spooled)
    {
        HashSet<string> known = [.. spooled.Select(o => PathOf(o.Id))];
        foreach (string file in Directory.EnumerateFiles(_folder).Where(f => !known.Contains(f)))
        {
            File.Delete(file);
        }

        long bytes = spooled.Sum(o => o.Size);
        GuardianStorageTelemetry.Spooled(bytes - Interlocked.Exchange(ref _bytes, bytes));
    }

    /// <summary>Whether the file of an unfinished upload has the bytes that its row vouches for.</summary>
    public bool Has(SealedObjectInfo partial)
    {
        var file = new FileInfo(PathOf(partial.Id));
        return file.Exists && file.Length >= partial.Size;
    }

    /// <summary>Claims an object for one writer.</summary>
    public UploadRefusal? TryOpen(SealedObjectId id)
    {
        if (_open.Count >= _options.MaxConcurrentUploads)
        {
            return new UploadRefusal(UploadRefusalReason.TooManyUploads, $"uploads: {_options.MaxConcurrentUploads} at a time are taken");
        }

        return _open.TryAdd(id, true) ? null : new UploadRefusal(UploadRefusalReason.AlreadyUploading, $"{id} is being uploaded by another call");
    }

    public void Close(SealedObjectId id) => _open.TryRemove(id, out _);

    public bool IsOpen(SealedObjectId id) => _open.ContainsKey(id);

    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= _options.MaxSpoolBytes)
        {
            GuardianStorageTelemetry.Spooled(bytes);
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    public void Release(long bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        GuardianStorageTelemetry.Spooled(-bytes);
    }

    /// <summary>Opens an object's file; what lies past <paramref name="length"/> is cut off, as no row vouches for it.</summary>
    public FileStream OpenWrite(SealedObjectId id, long length)
    {
        try
        {
            string path = PathOf(id);
            if (length == 0)
            {
                return DurableFile.Create(path);
            }

            var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
            file.SetLength(length);
            return file;
        }
        catch (IOException e)
        {
            throw new StorageException($"spool: {e.Message}", isTransient: true, e);
        }
    }

    /// <summary>Null when the file is not there (any more).</summary>
    public ArchiveRead? OpenRead(SealedObjectId id, ByteRange? range)
    {
        try
        {
            return FileRange.Open(new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous), range);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <returns>False when there was no file.</returns>
    public bool Delete(SealedObjectId id)
    {
        string path = PathOf(id);
        bool was = File.Exists(path);
        File.Delete(path);
        return was;
    }

    public void FlushFolder() => DurableFile.FlushFolder(_folder);

    private string PathOf(SealedObjectId id) => Path.Combine(_folder, $"{id.EventId:N}-{id.Name}");
}

using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Guardian.Shared.Files;

namespace Guardian.Storage;

/// <summary>
/// The archive as a folder: one sub-folder a bucket, one file an object. Objects are written aside, flushed, then linked to their name, and the folder is flushed.
/// </summary>
/// <remarks>
/// Beside the buckets, <c>.sha256/{bucket}/{key}</c> holds each object's checksum as a line that <c>sha256sum --check</c> understands when it runs in the archive's
/// folder. A checksum is written after its object; where a crash came between them, the next put of the object supplies it. As in any folder, an object cannot
/// have the name of another object's folder: of the keys <c>a</c> and <c>a/b</c> only one can exist.
/// </remarks>
public sealed class FolderArchiveStore : IArchiveStore, IDisposable
{
    /// <summary>No bucket can have these names: bucket names start with a letter or digit.</summary>
    private const string Incoming = ".incoming", Checksums = ".sha256";
    private const int CopyBuffer = 256 << 10;

    private readonly string _root;

    /// <summary>Null where the folder is only read.</summary>
    private readonly FolderLock? _lock;

    /// <summary>Puts hold it to read while they give a file its name, deletes to write while they remove the folders that they emptied.</summary>
    private readonly ReaderWriterLockSlim _names = new();

    /// <summary>Opens or makes the archive; leftovers of interrupted writes are removed.</summary>
    /// <param name="root">The folder. Only one process may use it as an archive at a time.</param>
    /// <exception cref="StorageException">Another process uses it.</exception>
    public FolderArchiveStore(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        _root = Path.GetFullPath(root);
        DurableFile.CreateFolder(Path.Combine(_root, Incoming));
        _lock = FolderLock.Take(Path.Combine(_root, Incoming));
        foreach (string leftover in Directory.EnumerateFiles(Path.Combine(_root, Incoming)).Where(f => !Path.GetFileName(f).StartsWith('.')))
        {
            File.Delete(leftover);
        }
    }

    private FolderArchiveStore(string root, FolderLock? folderLock)
    {
        _root = Path.GetFullPath(root);
        _lock = folderLock;
    }

    /// <summary>Opens an archive that another process may be using, to read from it. What would write throws.</summary>
    /// <param name="root">The folder.</param>
    /// <exception cref="StorageException">There is no such folder.</exception>
    public static FolderArchiveStore OpenToRead(string root) =>
        Directory.Exists(root) ? new FolderArchiveStore(root, folderLock: null) : throw new StorageException($"archive folder: {root} is not there");

    /// <inheritdoc/>
    public Task EnsureBucketAsync(BucketName bucket, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        CheckWritable();
        DurableFile.CreateFolder(FolderOf(bucket));
        return Task.FromResult(true);
    });

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(BucketName bucket, ObjectKey key, PipeReader content, PutOptions options, CancellationToken cancellationToken)
    {
        try
        {
            CheckWritable();
            return await GuardAsync(() => PutCoreAsync(bucket, key, content, options, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            await content.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Interrupted puts leave nothing here: their files go at once, or when the folder is opened again.</remarks>
    public Task AbandonAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<ArchiveRead?> OpenReadAsync(BucketName bucket, ObjectKey key, ByteRange? range, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        try
        {
            return Task.FromResult<ArchiveRead?>(FileRange.Open(OpenFile(PathOf(bucket, key)), range));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<ArchiveRead?>(null);
        }
    });

    /// <inheritdoc/>
    public Task<ArchivedObject?> StatAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var file = new FileInfo(PathOf(bucket, key));
        return file.Exists
            ? new ArchivedObject(key, file.Length, file.LastWriteTimeUtc) { Sha256 = await ReadChecksumAsync(bucket, key, cancellationToken).ConfigureAwait(false) }
            : null;
    });

    /// <inheritdoc/>
    public Task<ArchivePage> ListAsync(BucketName bucket, string prefix, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, ArchiveStoreExtensions.MaxPage);
        return GuardAsync(() =>
        {
            var found = new List<ArchivedObject>();
            foreach ((string key, FileInfo file) in FolderWalk.Files(FolderOf(bucket), prefix, cursor ?? ""))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (found.Count == limit)
                {
                    return Task.FromResult(new ArchivePage(found, found[^1].Key.ToString()));
                }

                // A file that goes while it is looked at is not in the list.
                if (file.Exists && ObjectKey.TryParse(key) is { } parsed)
                {
                    found.Add(new ArchivedObject(parsed, file.Length, file.LastWriteTimeUtc));
                }
            }

            return Task.FromResult(new ArchivePage(found, null));
        });
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        CheckWritable();
        _names.EnterWriteLock();
        try
        {
            bool was = Remove(PathOf(bucket, key), FolderOf(bucket));
            Remove(ChecksumOf(bucket, key), Path.Combine(_root, Checksums));
            return Task.FromResult(was);
        }
        finally
        {
            _names.ExitWriteLock();
        }
    });

    /// <inheritdoc/>
    public async Task<PutResult?> CopyAsync(BucketName fromBucket, ObjectKey from, BucketName toBucket, ObjectKey to, CancellationToken cancellationToken)
    {
        if (await StatAsync(fromBucket, from, cancellationToken).ConfigureAwait(false) is not { } stat
            || await OpenReadAsync(fromBucket, from, range: null, cancellationToken).ConfigureAwait(false) is not { } read)
        {
            return null;
        }

        await using (read.ConfigureAwait(false))
        {
            return await this.PutAsync(toBucket, to, read.Content, new PutOptions { Sha256 = stat.Sha256, Length = stat.Size }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<BucketUsage> GetUsageAsync(BucketName bucket, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        (long objects, long bytes) = (0, 0);
        foreach ((_, FileInfo file) in FolderWalk.Files(FolderOf(bucket), prefix: "", after: ""))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.Exists)
            {
                objects++;
                bytes += file.Length;
            }
        }

        return Task.FromResult(new BucketUsage(objects, bytes));
    });

    /// <summary>Lets other processes use the folder.</summary>
    public void Dispose()
    {
        _lock?.Dispose();
        _names.Dispose();
    }

    private void CheckWritable()
    {
        if (_lock is null)
        {
            throw new StorageException("archive folder: it was opened to read");
        }
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);

    /// <summary>Removes a file and the folders above it that it leaves empty, up to <paramref name="top"/>.</summary>
    private static bool Remove(string path, string top)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        string folder = Path.GetDirectoryName(path)!;
        while (folder != top && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
            folder = Path.GetDirectoryName(folder)!;
        }

        DurableFile.FlushFolder(folder);
        return true;
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"archive folder: {e.Message}", isTransient: true, e);
        }
    }

    private async Task<PutResult> PutCoreAsync(BucketName bucket, ObjectKey key, PipeReader content, PutOptions options, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(FolderOf(bucket)))
        {
            throw new StorageException($"bucket {bucket} does not exist");
        }

        string final = PathOf(bucket, key);
        if (File.Exists(final))
        {
            await EnsureChecksumAsync(bucket, key, cancellationToken).ConfigureAwait(false);
            return PutResult.AlreadyExists;
        }

        if (Directory.Exists(final))
        {
            throw new StorageException($"{bucket}/{key} is the folder of other objects");
        }

        using var counted = new PutContent(content, options);
        string temporary = TemporaryPath();
        try
        {
            await WriteAsync(temporary, counted, cancellationToken).ConfigureAwait(false);
            counted.Verify();
            if (!Publish(temporary, final))
            {
                return PutResult.AlreadyExists;
            }
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        // The object is there: its checksum follows even where the caller has gone.
        await WriteChecksumAsync(bucket, key, counted.Sha256).ConfigureAwait(false);
        return PutResult.Created;
    }

    private static async Task WriteAsync(string path, PutContent content, CancellationToken cancellationToken)
    {
        FileStream file = DurableFile.Create(path);
        await using (file.ConfigureAwait(false))
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
            try
            {
                while (!content.Ended)
                {
                    int count = await content.FillAsync(buffer, cancellationToken).ConfigureAwait(false);
                    await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            file.Flush(flushToDisk: true);
        }
    }

    private bool Publish(string temporary, string final)
    {
        _names.EnterReadLock();
        try
        {
            DurableFile.CreateFolder(Path.GetDirectoryName(final)!);
            return DurableFile.TryPublish(temporary, final);
        }
        finally
        {
            _names.ExitReadLock();
        }
    }

    private async Task EnsureChecksumAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken)
    {
        if (!File.Exists(ChecksumOf(bucket, key)) && await this.HashAsync(bucket, key, cancellationToken).ConfigureAwait(false) is { } hash)
        {
            await WriteChecksumAsync(bucket, key, hash).ConfigureAwait(false);
        }
    }

    private async Task WriteChecksumAsync(BucketName bucket, ObjectKey key, byte[] sha256)
    {
        string path = ChecksumOf(bucket, key), temporary = TemporaryPath();
        await DurableFile.WriteAsync(temporary + ".sum", temporary, Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(sha256)}  {bucket}/{key}\n"), CancellationToken.None).ConfigureAwait(false);
        Publish(temporary + ".sum", path);
    }

    private async Task<ReadOnlyMemory<byte>> ReadChecksumAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken)
    {
        string path = ChecksumOf(bucket, key);
        string line = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false) : "";
        return line.Length >= 64 ? Convert.FromHexString(line.AsSpan(0, 64)) : [];
    }

    private string TemporaryPath() => Path.Combine(_root, Incoming, Guid.NewGuid().ToString("N"));

    private string FolderOf(BucketName bucket) => Path.Combine(_root, bucket.ToString());

    private string PathOf(BucketName bucket, ObjectKey key) => Path.Combine(FolderOf(bucket), key.ToString());

    private string ChecksumOf(BucketName bucket, ObjectKey key) => Path.Combine(_root, Checksums, bucket.ToString(), key.ToString());
}

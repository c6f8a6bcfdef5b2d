using System.Runtime.CompilerServices;
using Guardian.Shared.Files;

namespace Guardian.Storage;

/// <summary>
/// The archive as a folder: one sub-folder a bucket, one file an object. Objects are written aside, flushed, then linked to their name, and the folder is flushed.
/// </summary>
public sealed class FolderArchiveStore : IArchiveStore, IDisposable
{
    /// <summary>No bucket can have this name: bucket names start with a letter or digit.</summary>
    private const string Incoming = ".incoming";
    private const int CopyBuffer = 256 * 1024;

    private readonly string _root;
    private readonly FolderLock _lock;

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

    /// <inheritdoc/>
    public Task EnsureBucketAsync(BucketName bucket, CancellationToken cancellationToken) =>
        GuardAsync(() =>
        {
            DurableFile.CreateFolder(FolderOf(bucket));
            return Task.FromResult(true);
        });

    /// <inheritdoc/>
    public Task<PutResult> PutAsync(BucketName bucket, ObjectKey key, Stream content, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        if (!Directory.Exists(FolderOf(bucket)))
        {
            throw new StorageException($"bucket {bucket} does not exist");
        }

        string final = PathOf(bucket, key);
        if (File.Exists(final))
        {
            return PutResult.AlreadyExists;
        }

        string temporary = Path.Combine(_root, Incoming, Guid.NewGuid().ToString("N"));
        try
        {
            FileStream file = DurableFile.Create(temporary);
            await using (file.ConfigureAwait(false))
            {
                await content.CopyToAsync(file, CopyBuffer, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            DurableFile.CreateFolder(Path.GetDirectoryName(final)!);
            return DurableFile.TryPublish(temporary, final) ? PutResult.Created : PutResult.AlreadyExists;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    });

    /// <inheritdoc/>
    public Task<ArchiveRead?> OpenReadAsync(BucketName bucket, ObjectKey key, ByteRange? range, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        string path = PathOf(bucket, key);
        if (!File.Exists(path))
        {
            return Task.FromResult<ArchiveRead?>(null);
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        return Task.FromResult<ArchiveRead?>(FileRange.Open(file, range));
    });

    /// <inheritdoc/>
    public Task<ArchivedObject?> StatAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        var file = new FileInfo(PathOf(bucket, key));
        return Task.FromResult(file.Exists ? new ArchivedObject(key, file.Length, file.LastWriteTimeUtc) : null);
    });

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArchivedObject> ListAsync(BucketName bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string folder = FolderOf(bucket);
        string[] keys = await GuardAsync(() => Task.FromResult(Keys(folder, prefix))).ConfigureAwait(false);
        foreach (string key in keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await StatAsync(bucket, ObjectKey.Parse(key), cancellationToken).ConfigureAwait(false) is { } found)
            {
                yield return found;
            }
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(BucketName bucket, ObjectKey key, CancellationToken cancellationToken) => GuardAsync(() =>
    {
        string path = PathOf(bucket, key);
        if (!File.Exists(path))
        {
            return Task.FromResult(false);
        }

        File.Delete(path);
        DurableFile.FlushFolder(Path.GetDirectoryName(path)!);
        return Task.FromResult(true);
    });

    /// <summary>Lets other processes use the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private static string[] Keys(string folder, string prefix)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        string[] keys = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f))
            .Where(k => k.StartsWith(prefix, StringComparison.Ordinal))];
        Array.Sort(keys, StringComparer.Ordinal);
        return keys;
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

    private string FolderOf(BucketName bucket) => Path.Combine(_root, bucket.ToString());

    private string PathOf(BucketName bucket, ObjectKey key) => Path.Combine(FolderOf(bucket), key.ToString());
}

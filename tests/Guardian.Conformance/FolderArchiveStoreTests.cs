using System.Diagnostics;
using Guardian.Storage;
using Guardian.Storage.Conformance;
using Guardian.Testing;

namespace Guardian.Conformance;

public sealed class FolderArchiveStoreTests : ArchiveStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FolderArchiveStore? _store;

    [Fact]
    public void a_folder_in_use_is_refused_and_left_alone()
    {
        string writing = _folder.File(".incoming/being-written");
        File.WriteAllText(writing, "half");
        StorageException refused = Assert.Throws<StorageException>(() => new FolderArchiveStore(_folder.Path));
        Assert.Contains("another process", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(writing));
    }

    [Fact(Timeout = 30_000)]
    public async Task checksums_are_what_sha256sum_checks_and_a_lost_one_comes_back()
    {
        BucketName bucket = BucketName.ForCamera("cam");
        ObjectKey key = ObjectKey.ForEvent(Guid.NewGuid(), "clip.mp4");
        await Store.EnsureBucketAsync(bucket, default);
        await Store.PutAsync(bucket, key, new MemoryStream(new byte[1000]), default);
        string checksum = _folder.File($".sha256/{bucket}/{key}");
        string written = await File.ReadAllTextAsync(checksum);
        using (Process check = Process.Start(new ProcessStartInfo("sha256sum", ["--check", "--status", checksum]) { WorkingDirectory = _folder.Path })!)
        {
            await check.WaitForExitAsync();
            Assert.Equal(0, check.ExitCode);
        }

        File.Delete(checksum);
        Assert.True((await Store.StatAsync(bucket, key, default))!.Sha256.IsEmpty);
        await Store.PutAsync(bucket, key, new MemoryStream(new byte[1000]), default);
        Assert.Equal(written, await File.ReadAllTextAsync(checksum));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_deleted_object_leaves_no_file_and_no_folder()
    {
        BucketName bucket = BucketName.ForCamera("cam");
        ObjectKey key = ObjectKey.ForEvent(Guid.NewGuid(), "clip.mp4");
        await Store.EnsureBucketAsync(bucket, default);
        await Store.PutAsync(bucket, key, new MemoryStream(new byte[1000]), default);
        await Store.DeleteAsync(bucket, key, default);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File($"{bucket}")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File(".sha256")));
    }

    [Fact(Timeout = 30_000)]
    public async Task an_object_that_rotted_is_not_copied()
    {
        BucketName bucket = BucketName.ForCamera("cam");
        ObjectKey key = ObjectKey.Parse("one");
        await Store.EnsureBucketAsync(bucket, default);
        await Store.PutAsync(bucket, key, new MemoryStream(new byte[1000]), default);
        await File.WriteAllBytesAsync(_folder.File($"{bucket}/one"), [.. new byte[999], 1]);
        StorageException error = await Assert.ThrowsAnyAsync<StorageException>(() => Store.CopyAsync(bucket, key, bucket, ObjectKey.Parse("two"), default));
        Assert.Contains("sha256", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    protected override Task<IArchiveStore> OpenAsync() => Task.FromResult<IArchiveStore>(_store = new FolderArchiveStore(_folder.Path));

    protected override Task CloseAsync()
    {
        _store?.Dispose();
        Assert.All(Directory.EnumerateFiles(_folder.File(".incoming")), f => Assert.Contains(Path.GetFileName(f), new[] { ".lock", "being-written" }));
        return Task.CompletedTask;
    }
}

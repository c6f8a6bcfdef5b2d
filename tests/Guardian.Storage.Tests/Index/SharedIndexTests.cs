using Guardian.Testing;
using static Guardian.Storage.Tests.Index.ArchiveRules;

namespace Guardian.Storage.Tests.Index;

/// <summary>Several nodes on one PostgreSQL index and one store.</summary>
[Collection(PostgresTests.Name)]
public sealed class SharedIndexTests(PostgresServer postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [RequiresFact("/usr/lib/postgresql", Timeout = 60_000)]
    public async Task each_node_archives_what_its_own_spool_has_and_all_share_quota_and_index()
    {
        string database = await postgres.CreateDatabaseAsync();
        using var store = new FolderArchiveStore(_folder.File("archive"));
        await using SealedArchive first = await OpenAsync("first", database, store), second = await OpenAsync("second", database, store);
        byte[] clip = await Sample.SealAsync(Sample.Bytes(6000));
        SealedObjectId a = SealedObjectId.Clip(Guid.NewGuid()), b = SealedObjectId.Clip(Guid.NewGuid());
        Assert.NotNull((await first.StoreAsync(a, "door", clip, None)).Stored);
        Assert.NotNull((await second.StoreAsync(b, "door", clip, None)).Stored);
        Assert.Equal(UploadRefusalReason.QuotaExceeded, (await second.StoreAsync(SealedObjectId.Clip(Guid.NewGuid()), "door", clip, None)).Refusal!.Reason);

        // What only the other has is known, and not to be had yet.
        Assert.Equal(SealedObjectStatus.Pending, (await second.GetAsync(a, None))!.Status);
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => second.OpenReadAsync(a, null, None))).IsTransient);
        Assert.Equal(1, await second.ArchiveDueAsync(None));
        Assert.Equal(SealedObjectStatus.Pending, (await first.GetAsync(a, None))!.Status);
        Assert.Equal(1, await first.ArchiveDueAsync(None));
        await using (ArchiveRead? read = await second.OpenReadAsync(a, null, None))
        {
            Assert.Equal(clip.Length, read!.TotalSize);
        }

        // Either may delete what is archived, and it is deleted once.
        await first.Register.EraseCameraAsync("door", "asked", "operator:anna", None);
        int[] deleted = await Task.WhenAll(Task.Run(() => first.DeleteDueAsync(None)), Task.Run(() => second.DeleteDueAsync(None)));
        Assert.True(deleted.Sum() >= 2);
        Assert.Equal((0, 0), (await UsageAsync(first), await UsageAsync(second)));
        Assert.Empty(await first.ListForEventAsync(a.EventId, None));
        await first.Evidence.IntegrateAsync(None);
        Assert.Single(await first.Evidence.ListForEventAsync(b.EventId, None), e => e.Kind == EvidenceKind.Erasure);
    }

    [RequiresFact("/usr/lib/postgresql", Timeout = 60_000)]
    public async Task a_node_that_starts_again_leaves_the_others_spool_alone()
    {
        string database = await postgres.CreateDatabaseAsync();
        using var store = new FolderArchiveStore(_folder.File("archive"));
        await using SealedArchive first = await OpenAsync("first", database, store);
        byte[] clip = await Sample.SealAsync(Sample.Bytes(6000));
        SealedObjectId mine = SealedObjectId.Clip(Guid.NewGuid());
        await using SealedUpload upload = (await first.BeginUploadAsync(mine, "door", 0, clip.Length, None)).Upload!;
        await upload.WriteAsync(clip.AsMemory(0, 3000), None);

        await using SealedArchive second = await OpenAsync("second", database, store);
        await upload.WriteAsync(clip.AsMemory(3000), None);
        Assert.NotNull((await upload.CompleteAsync(None)).Stored);
        Assert.Equal(0, await second.ArchiveDueAsync(None));
        Assert.Equal(1, await first.ArchiveDueAsync(None));
    }

    [RequiresFact("/usr/lib/postgresql", Timeout = 60_000)]
    public async Task an_upload_through_one_node_is_not_taken_from_it_by_another()
    {
        string database = await postgres.CreateDatabaseAsync();
        using var store = new FolderArchiveStore(_folder.File("archive"));
        await using SealedArchive first = await OpenAsync("first", database, store), second = await OpenAsync("second", database, store);
        byte[] clip = await Sample.SealAsync(Sample.Bytes(6000));
        SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
        await using SealedUpload upload = (await first.BeginUploadAsync(id, "door", 0, clip.Length, None)).Upload!;
        await upload.WriteAsync(clip.AsMemory(0, 3000), None);

        Assert.Equal(UploadRefusalReason.AlreadyUploading, (await second.BeginUploadAsync(id, "door", 0, clip.Length, None)).Refusal!.Reason);
        await upload.WriteAsync(clip.AsMemory(3000), None);
        Assert.NotNull((await upload.CompleteAsync(None)).Stored);
        Assert.Equal(1, await first.ArchiveDueAsync(None));
    }

    [RequiresFact("/usr/lib/postgresql", Timeout = 60_000)]
    public async Task an_upload_whose_node_is_gone_is_taken_over_and_the_former_one_changes_nothing()
    {
        string database = await postgres.CreateDatabaseAsync();
        using var store = new FolderArchiveStore(_folder.File("archive"));
        await using SealedArchive first = await OpenAsync("first", database, store), second = await OpenAsync("second", database, store, new ManualTime(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(11)));
        byte[] clip = await Sample.SealAsync(Sample.Bytes(6000));
        SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
        await using SealedUpload former = (await first.BeginUploadAsync(id, "door", 0, clip.Length, None)).Upload!;
        await former.WriteAsync(clip, None);
        await using SealedUpload upload = (await second.BeginUploadAsync(id, "door", 0, clip.Length, None)).Upload!;
        await upload.WriteAsync(clip.AsMemory(0, 3000), None);

        Assert.Equal(UploadRefusalReason.AlreadyUploading, (await former.CompleteAsync(None)).Refusal!.Reason);
        await upload.WriteAsync(clip.AsMemory(3000), None);
        Assert.NotNull((await upload.CompleteAsync(None)).Stored);
        Assert.Equal(0, await first.ArchiveDueAsync(None));
        Assert.Equal(1, await second.ArchiveDueAsync(None));
        Assert.Equal(clip.Length, await UsageAsync(first));
        Assert.Empty(Directory.GetFiles(_folder.File("first/spool")));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<long> UsageAsync(SealedArchive archive) => (await archive.Register.GetUsageAsync(None)).Single(u => u.CameraId is null).Bytes;

    private async Task<SealedArchive> OpenAsync(string name, string database, FolderArchiveStore store, TimeProvider? time = null)
    {
        var archive = new SealedArchive(new SealedArchiveOptions { Directory = _folder.File(name), PostgresConnection = database, MaxCameraBytes = 15_000 }, store, time);
        await archive.RecoverAsync(None);
        return archive;
    }
}

using Guardian.Testing;

namespace Guardian.Storage.Tests;

/// <summary>How objects get from the spool to the archive: in turn, again, and not at all.</summary>
public sealed class OutboxTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FolderArchiveStore _folderStore;
    private readonly BreakableStore _store;
    private readonly SealedArchiveOptions _options;
    private SealedArchive _archive = null!;

    public OutboxTests()
    {
        _folderStore = new FolderArchiveStore(_folder.File("archive"));
        _store = new BreakableStore(_folderStore);
        _options = new SealedArchiveOptions
        {
            Directory = _folder.File("data"),
            MaxObjectBytes = 1 << 20,
            MaxSpoolBytes = 64 << 20,
            ArchiveParallelism = 1,
            StoreFailuresUntilDown = 3,
            RetryDelay = TimeSpan.FromSeconds(1),
        };
    }

    public async Task InitializeAsync()
    {
        _archive = new SealedArchive(_options, _store, _time);
        await _archive.RecoverAsync(None);
    }

    public async Task DisposeAsync()
    {
        await _archive.DisposeAsync();
        _folderStore.Dispose();
        _folder.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task a_camera_with_a_backlog_does_not_keep_others_waiting()
    {
        for (int i = 0; i < 20; i++)
        {
            await StoreAsync("busy");
        }

        await StoreAsync("quiet");
        await StoreAsync("another");
        await StoreAsync("another");
        await _archive.ArchiveDueAsync(None);

        string[] order = [.. _store.Buckets.Select(b => b.ToString()["camera-".Length..])];
        Assert.Equal(23, order.Length);
        Assert.Equal(["another", "busy", "quiet", "another", "busy", "busy"], order[..6]);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_slow_object_does_not_hold_up_the_others()
    {
        _options.ArchiveParallelism = 2;
        var slow = new TaskCompletionSource();
        _store.OnPut = bucket => bucket == BucketName.ForCamera("slow") ? slow.Task : Task.CompletedTask;
        SealedObjectId held = await StoreAsync("slow");
        using var stop = new CancellationTokenSource();
        Task run = _archive.RunAsync(stop.Token);
        await Eventually.IsTrueAsync(() => Task.FromResult(!_store.Buckets.IsEmpty), "the slow one has begun");
        for (int i = 0; i < 5; i++)
        {
            SealedObjectId id = await StoreAsync("fast");
            await Eventually.IsTrueAsync(async () => (await _archive.GetAsync(id, None))!.Status == SealedObjectStatus.Completed, "archived");
        }

        Assert.Equal(SealedObjectStatus.Uploading, (await _archive.GetAsync(held, None))!.Status);
        slow.SetResult();
        await Eventually.IsTrueAsync(async () => (await _archive.GetAsync(held, None))!.Status == SealedObjectStatus.Completed, "archived");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_store_that_is_down_is_left_alone_but_for_a_probe_and_all_goes_once_it_is_back()
    {
        for (int i = 0; i < 10; i++)
        {
            await StoreAsync($"camera-{i}");
        }

        _store.OnPut = _ => throw new StorageException("the store is down", isTransient: true);
        Assert.Equal(0, await _archive.ArchiveDueAsync(None));
        Assert.Equal(3, _store.Buckets.Count);
        Assert.Equal(ArchiveStoreState.Down, _archive.StoreHealth.State);
        Assert.Equal("the store is down", _archive.StoreHealth.LastError);
        Assert.Equal(0, await _archive.ArchiveDueAsync(None));
        Assert.Equal(3, _store.Buckets.Count);

        // Each probe that fails doubles the pause, up to 30 s.
        for (int probe = 1; probe <= 8; probe++)
        {
            _time.Advance(TimeSpan.FromSeconds(36));
            Assert.Equal(0, await _archive.ArchiveDueAsync(None));
            Assert.Equal(3 + probe, _store.Buckets.Count);
        }

        _store.OnPut = null;
        _time.Advance(TimeSpan.FromSeconds(36));
        Assert.Equal(10, await _archive.ArchiveDueAsync(None));
        Assert.Equal(ArchiveStoreState.Up, _archive.StoreHealth.State);
        Assert.Null(_archive.StoreHealth.LastError);
    }

    [Fact(Timeout = 60_000)]
    public async Task one_object_that_fails_waits_longer_each_time_and_does_not_bring_the_store_down()
    {
        SealedObjectId bad = await StoreAsync("bad");
        _store.OnPut = bucket => bucket == BucketName.ForCamera("bad") ? throw new StorageException("not this one", isTransient: true) : Task.CompletedTask;
        for (int attempt = 1; attempt <= 5; attempt++)
        {
            SealedObjectId good = await StoreAsync("good");
            await _archive.ArchiveDueAsync(None);
            Assert.Equal(SealedObjectStatus.Completed, (await _archive.GetAsync(good, None))!.Status);
            Assert.Equal(attempt, (await _archive.GetAsync(bad, None))!.Attempts);

            // Before its time it is not tried, however often somebody looks.
            _time.Advance(TimeSpan.FromSeconds(0.79 * Math.Pow(2, attempt - 1)));
            await _archive.ArchiveDueAsync(None);
            Assert.Equal(attempt, (await _archive.GetAsync(bad, None))!.Attempts);
            _time.Advance(TimeSpan.FromSeconds(0.42 * Math.Pow(2, attempt - 1)));
        }

        Assert.Equal(ArchiveStoreState.Up, _archive.StoreHealth.State);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_object_whose_spool_file_was_changed_is_never_archived_and_says_why()
    {
        SealedObjectId id = await StoreAsync("cam");
        string file = Directory.GetFiles(_folder.File("data/spool")).Single();
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        Assert.Equal(0, await _archive.ArchiveDueAsync(None));
        SealedObjectInfo info = (await _archive.GetAsync(id, None))!;
        Assert.Equal(SealedObjectStatus.Failed, info.Status);
        Assert.Contains("sha256", info.LastError, StringComparison.Ordinal);
        Assert.Null(await _store.StatAsync(info.Bucket, info.Key, None));
        Assert.True(File.Exists(file));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_object_that_was_under_way_when_archiving_was_stopped_is_due_at_once()
    {
        SealedObjectId id = await StoreAsync("cam");
        using var stop = new CancellationTokenSource();
        _store.OnPut = async _ =>
        {
            await stop.CancelAsync();
            throw new OperationCanceledException(stop.Token);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _archive.ArchiveDueAsync(stop.Token));
        Assert.Equal(0, (await _archive.GetAsync(id, None))!.Attempts);

        _store.OnPut = null;
        Assert.Equal(1, await _archive.ArchiveDueAsync(None));
        Assert.Empty(Directory.GetFiles(_folder.File("data/spool")));
    }

    [Fact(Timeout = 60_000)]
    public async Task never_more_objects_are_under_way_than_was_said()
    {
        _options.ArchiveParallelism = 4;
        int underWay = 0, most = 0;
        _store.OnPut = async _ =>
        {
            int now = Interlocked.Increment(ref underWay);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref underWay);
        };
        for (int i = 0; i < 30; i++)
        {
            await StoreAsync($"camera-{i % 3}");
        }

        Assert.Equal(30, await _archive.ArchiveDueAsync(None));
        Assert.InRange(most, 1, 4);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private async Task<SealedObjectId> StoreAsync(string camera)
    {
        SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
        Assert.NotNull((await _archive.StoreAsync(id, camera, await Sample.SealAsync(Sample.Bytes(1000)), None)).Stored);
        return id;
    }
}

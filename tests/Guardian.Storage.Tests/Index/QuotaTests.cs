using Guardian.Testing;
using static Guardian.Storage.Tests.Index.ArchiveRules;

namespace Guardian.Storage.Tests.Index;

[Collection(PostgresTests.Name)]
public sealed class QuotaTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly ArchiveRules _rules = new(postgres);

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task an_upload_over_quota_is_refused_before_its_first_byte(string database)
    {
        await _rules.OpenAsync(database, o => o.MaxCameraBytes = 10_000);
        long used = (await _rules.ArchiveAsync("door", 6000)).Size;

        UploadStart start = await _rules.Archive.BeginUploadAsync(SealedObjectId.Clip(Guid.NewGuid()), "door", 0, 5000, None);
        Assert.Equal(UploadRefusalReason.QuotaExceeded, start.Refusal!.Reason);
        Assert.Equal($"quota: camera door uses {used} of 10000 bytes, 5000 more are needed", start.Refusal.Message);
        Assert.Empty(Directory.GetFiles(_rules.Spool));
        Assert.Null((await _rules.StoreAsync("yard", 6000)).Refusal);
        Assert.Equal(new CameraUsage("door", used, 1, 10_000, false), await _rules.UsageAsync("door"));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task the_quota_of_one_camera_and_of_all_together_are_both_kept(string database)
    {
        await _rules.OpenAsync(database, o =>
        {
            o.MaxCameraBytes = 1 << 20;
            o.MaxTotalBytes = 20_000;
            o.Cameras["small"] = new CameraPolicy { MaxBytes = 3000 };
        });
        Assert.Contains("camera small uses 0 of 3000", (await _rules.StoreAsync("small", 4000)).Refusal!.Message, StringComparison.Ordinal);
        await _rules.ArchiveAsync("large", 15_000);
        Assert.Contains("all cameras together use", (await _rules.StoreAsync("other", 15_000)).Refusal!.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task an_upload_of_unknown_size_is_stopped_at_the_quota_and_leaves_nothing(string database)
    {
        await _rules.OpenAsync(database, o => o.MaxCameraBytes = 100_000);
        byte[] clip = await Sample.SealAsync(Sample.Bytes(150_000));
        await using SealedUpload upload = (await _rules.Archive.BeginUploadAsync(SealedObjectId.Clip(Guid.NewGuid()), "door", 0, null, None)).Upload!;
        Assert.Null(await upload.WriteAsync(clip.AsMemory(0, 90_000), None));
        UploadRefusal? refusal = await upload.WriteAsync(clip.AsMemory(90_000), None);

        Assert.Equal(UploadRefusalReason.QuotaExceeded, refusal!.Reason);
        Assert.Empty(Directory.GetFiles(_rules.Spool));
        Assert.Equal((0, 0), ((await _rules.UsageAsync("door")).Bytes, (await _rules.UsageAsync("door")).Objects));
        Assert.Null((await _rules.StoreAsync("door", 90_000)).Refusal);
    }

    [Theory(Timeout = 120_000), ClassData(typeof(IndexDatabases))]
    public async Task uploads_side_by_side_do_not_overshoot(string database)
    {
        await _rules.OpenAsync(database, o =>
        {
            o.MaxCameraBytes = 100_000;
            o.MaxTotalBytes = 150_000;
        });
        UploadOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => _rules.StoreAsync(i % 2 == 0 ? "door" : "yard", 9000))));
        long stored = outcomes.Where(o => o.Stored is not null).Sum(o => o.Stored!.Size);

        Assert.InRange(stored, 130_000, 150_000);
        Assert.All(outcomes.Where(o => o.Stored is null), o => Assert.Equal(UploadRefusalReason.QuotaExceeded, o.Refusal!.Reason));
        Assert.Equal(stored, (await _rules.UsageAsync(null)).Bytes);
        await _rules.Archive.ArchiveDueAsync(None);
        foreach (string camera in (string[])["door", "yard"])
        {
            Assert.Equal(_rules.Archived(camera), (await _rules.UsageAsync(camera)).Bytes);
        }
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task what_is_abandoned_gives_its_place_back(string database)
    {
        await _rules.OpenAsync(database, o => o.MaxCameraBytes = 100_000);
        byte[] clip = await Sample.SealAsync(Sample.Bytes(60_000));
        SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
        await (await _rules.Archive.BeginUploadAsync(id, "door", 0, clip.Length, None)).Upload!.DisposeAsync();
        Assert.Equal(0, (await _rules.UsageAsync("door")).Bytes);

        // What can be resumed keeps its place, and a resume does not take it twice.
        await using (SealedUpload upload = (await _rules.Archive.BeginUploadAsync(id, "door", 0, clip.Length, None)).Upload!)
        {
            await upload.WriteAsync(clip.AsMemory(0, 30_000), None);
        }

        await _rules.ReopenAsync();
        Assert.Equal(clip.Length, (await _rules.UsageAsync("door")).Bytes);
        await using (SealedUpload upload = (await _rules.Archive.BeginUploadAsync(id, "door", 30_000, clip.Length, None)).Upload!)
        {
            Assert.Null(await upload.WriteAsync(clip.AsMemory(30_000), None));
            Assert.NotNull((await upload.CompleteAsync(None)).Stored);
        }

        Assert.Equal((clip.Length, 1), ((await _rules.UsageAsync("door")).Bytes, (await _rules.UsageAsync("door")).Objects));
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task a_warning_is_given_once_each_time_the_quota_is_nearly_full(string database)
    {
        await _rules.OpenAsync(database, o => o.MaxCameraBytes = 20_000);
        var warnings = new System.Collections.Concurrent.ConcurrentQueue<CameraUsage>();
        SealedObjectInfo first = await _rules.ArchiveAsync("door", 10_000);
        await _rules.ArchiveAsync("door", 7000);
        await WhileRunningAsync(() => Task.FromResult(!warnings.IsEmpty), "a warning");
        Assert.Equal("door", Assert.Single(warnings).CameraId);

        // Not again after a restart, but again after it was under the level.
        await _rules.ReopenAsync();
        await WhileRunningAsync(async () => (await _rules.UsageAsync("door")).IsWarned, "it is remembered");
        Assert.Single(warnings);
        await _rules.Archive.Register.EraseEventAsync(first.Id.EventId, "test", "operator:test", None);
        await WhileRunningAsync(async () => !(await _rules.UsageAsync("door")).IsWarned, "it is under the level");
        await _rules.ArchiveAsync("door", 10_000);
        await WhileRunningAsync(() => Task.FromResult(warnings.Count > 1), "a second warning");
        Assert.Equal(2, warnings.Count);

        async Task WhileRunningAsync(Func<Task<bool>> condition, string what)
        {
            using var stop = new CancellationTokenSource();
            void Add(object? sender, CameraUsage usage) => warnings.Enqueue(usage);
            _rules.Archive.QuotaNearlyFull += Add;
            Task running = _rules.Archive.RunAsync(stop.Token);
            await Guardian.Testing.Eventually.IsTrueAsync(condition, what);
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _rules.Archive.QuotaNearlyFull -= Add;
        }
    }

    [Theory(Timeout = 60_000), ClassData(typeof(IndexDatabases))]
    public async Task the_oldest_make_place_only_where_the_policy_says_so(string database)
    {
        await _rules.OpenAsync(database, o => o.MaxCameraBytes = 10_000);
        var events = new List<SealedObjectInfo>();
        for (int i = 0; i < 8; i++)
        {
            events.Add(await _rules.ArchiveAsync("door", 900));
            _rules.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(0, await _rules.Archive.DeleteDueAsync(None));
        _rules.Options.WhenQuotaFull = QuotaPolicy.DeleteOldest;
        await _rules.ReopenAsync();
        await _rules.Archive.Register.PlaceHoldAsync(HoldKind.Event, events[0].Id.EventId.ToString(), "a case", "operator:test", None);
        Assert.True((await _rules.UsageAsync("door")).Bytes >= 9000);
        SealedObjectInfo partly = events[1];
        UploadOutcome late = await _rules.StoreAsync("door", 10, partly.Id.EventId, "snapshot.jpg");
        Assert.Null(late.Refusal);
        Assert.InRange(await _rules.Archive.DeleteDueAsync(None), 1, 3);

        Assert.InRange((await _rules.UsageAsync("door")).Bytes, 5000, 8000);
        Assert.NotNull(await _rules.Archive.GetAsync(events[0].Id, None));
        Assert.NotNull(await _rules.Archive.GetAsync(partly.Id, None));
        Assert.Null(await _rules.Archive.GetAsync(events[2].Id, None));
        await _rules.Archive.ArchiveDueAsync(None);
        Assert.NotNull(await _rules.Archive.GetAsync(events[^1].Id, None));
        Assert.Equal(_rules.Archived("door"), (await _rules.UsageAsync("door")).Bytes);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _rules.DisposeAsync().AsTask();
}

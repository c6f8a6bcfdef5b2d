using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Datasets;

public sealed class DatasetVersionTests
{
    [Fact(Timeout = 60_000)]
    public async Task a_version_stays_as_it_is_when_pictures_come_and_go()
    {
        await using var store = new Store();
        await Add(store, 1, 2, 3);
        DatasetVersion first = await store.Models.Datasets.CreateVersionAsync("cam-1", default);
        await Add(store, 4);
        Assert.Equal(1, await store.Models.Datasets.RemoveAsync("cam-1", ["s2", "unknown"], default));
        DatasetVersion second = await store.Models.Datasets.CreateVersionAsync("cam-1", default);
        await store.RestartAsync();
        Assert.Equal((1, 3, 2, 3), (first.Number, first.Images, second.Number, second.Images));
        Assert.NotEqual(first.Hash, second.Hash);
        Assert.Equal(["s1", "s2", "s3"], await Names(store, 1));
        Assert.Equal(["s1", "s3", "s4"], await Names(store, 2));
        Assert.Equal([second, first], await store.Models.Datasets.ListVersionsAsync("cam-1", default));
        await foreach (StoredSnapshot s in store.Models.Datasets.EnumerateVersionAsync("cam-1", 1, "normal", default))
        {
            Assert.NotEqual(0, (await store.Models.Datasets.ReadAsync(s, default)).Length);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_version_of_the_same_pictures_is_the_same_version()
    {
        await using var store = new Store();
        await Add(store, 1, 2);
        DatasetVersion first = await store.Models.Datasets.CreateVersionAsync("cam-1", default);
        Assert.Equal(first, await store.Models.Datasets.CreateVersionAsync("cam-1", default));
        await store.Models.Datasets.RemoveAsync("cam-1", ["s2"], default);
        DatasetVersion without = await store.Models.Datasets.CreateVersionAsync("cam-1", default);
        await Add(store, 2);
        Assert.Equal(first, await store.Models.Datasets.CreateVersionAsync("cam-1", default));
        Assert.Equal(2, without.Number);
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Datasets.CreateVersionAsync("cam-9", default));
    }

    [Fact(Timeout = 60_000)]
    public async Task the_hash_depends_on_picture_label_time_and_conditions_and_on_nothing_else()
    {
        DatasetSnapshot one = Sample.Snapshot("s1", 1);
        string plain = await HashOf(one, Sample.Snapshot("s2", 2));
        Assert.Equal(plain, await HashOf(Sample.Snapshot("other id", 2), one with { SnapshotId = "x" }));
        Assert.NotEqual(plain, await HashOf(one with { Label = "threat" }, Sample.Snapshot("s2", 2)));
        Assert.NotEqual(plain, await HashOf(one with { CapturedAt = one.CapturedAt.AddTicks(10) }, Sample.Snapshot("s2", 2)));
        Assert.NotEqual(plain, await HashOf(one with { Conditions = new Dictionary<string, string> { ["a"] = "b" } }, Sample.Snapshot("s2", 2)));
        Assert.NotEqual(plain, await HashOf(one));
        Assert.Equal(
            await HashOf(one with { Conditions = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } }),
            await HashOf(one with { Conditions = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } }));
    }

    [Fact(Timeout = 60_000)]
    public async Task cleaning_up_keeps_the_newest_versions_and_removes_pictures_that_nobody_holds()
    {
        await using var store = new Store(o => o.KeptVersions = 2);
        for (int i = 1; i <= 4; i++)
        {
            await Add(store, i);
            await store.Models.Datasets.CreateVersionAsync("cam-1", default);
            await store.Models.Datasets.RemoveAsync("cam-1", [$"s{i}"], default);
        }

        Assert.Equal(4, store.Files("*.jpg").Count());
        DatasetCleanUp done = await store.Models.Datasets.CleanUpAsync(default);
        Assert.Equal((2, 2), (done.Versions, done.Images));
        Assert.True(done.Bytes > 0);
        Assert.Equal([4, 3], (await store.Models.Datasets.ListVersionsAsync("cam-1", default)).Select(v => v.Number));
        Assert.Equal(["s3"], await Names(store, 3));
        Assert.Equal(2, store.Files("*.jpg").Count());
        Assert.Equal(new DatasetCleanUp(0, 0, 0), await store.Models.Datasets.CleanUpAsync(default));
        DatasetSummary summary = Assert.Single(await store.Models.Datasets.ListAsync(default));
        Assert.Equal((2, 4, 0), (summary.Images, summary.Newest!.Number, summary.Counts.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_picture_that_no_version_holds_goes_at_once_when_it_is_taken_out()
    {
        await using var store = new Store();
        await Add(store, 1, 2);
        Assert.Equal(1, await store.Models.Datasets.RemoveAsync("cam-1", ["s1"], default));
        Assert.Single(store.Files("*.jpg"));
        Assert.Equal(1, (await store.Models.Datasets.CountsAsync("cam-1", default))["normal"]);
        await Add(store, 1);
        Assert.Equal(2, store.Files("*.jpg").Count());
    }

    [Fact(Timeout = 60_000)]
    public async Task what_an_open_job_or_the_newest_model_was_trained_on_is_never_cleaned_up()
    {
        await using var store = new Store(o => (o.KeptVersions, o.MaxTrainings) = (1, 2));
        var versions = new List<DatasetVersion>();
        for (int i = 1; i <= 5; i++)
        {
            await Add(store, i);
            versions.Add(await store.Models.Datasets.CreateVersionAsync("cam-1", default));
        }

        async Task<TrainingJobLease> LeaseAsync(DatasetVersion version)
        {
            await store.Models.Jobs.EnqueueAsync("cam-1", default);
            TrainingJobLease lease = (await store.Models.Jobs.LeaseNextAsync(TimeSpan.FromMinutes(1), default))!;
            Assert.True(await store.Models.Jobs.SetDatasetAsync(lease, version, default));
            return lease;
        }

        foreach (int number in new[] { 1, 2 })
        {
            CatalogModel model = await store.Models.Catalog.RegisterAsync(Sample.Model(seed: number), null, default);
            await store.Models.Jobs.CompleteAsync(await LeaseAsync(versions[number - 1]), model.ModelId, default);
        }

        TrainingJobLease open = await LeaseAsync(versions[3]);
        Assert.Equal((4, versions[3].Hash), ((await store.Models.Jobs.GetAsync(open.Job.JobId, default))!.DatasetVersion, (await store.Models.Jobs.GetAsync(open.Job.JobId, default))!.DatasetHash));
        await store.Models.Datasets.CleanUpAsync(default);
        Assert.Equal([5, 4, 2], (await store.Models.Datasets.ListVersionsAsync("cam-1", default)).Select(v => v.Number));
        await store.Models.Jobs.CancelAsync(open.Job.JobId, default);
        await store.Models.Datasets.CleanUpAsync(default);
        Assert.Equal([5, 2], (await store.Models.Datasets.ListVersionsAsync("cam-1", default)).Select(v => v.Number));
    }

    [Fact(Timeout = 60_000)]
    public async Task old_pictures_are_taken_out_after_their_days()
    {
        await using var store = new Store(o => o.SnapshotDays = 30);
        await Add(store, 1);
        store.Clock.Advance(TimeSpan.FromDays(20));
        await Add(store, 2);
        Assert.Equal(0, (await store.Models.Datasets.CleanUpAsync(default)).Images);
        store.Clock.Advance(TimeSpan.FromDays(11));
        Assert.Equal(1, (await store.Models.Datasets.CleanUpAsync(default)).Images);
        Assert.Equal(1, (await store.Models.Datasets.CountsAsync("cam-1", default))["normal"]);
        Assert.Single(store.Files("*.jpg"));
    }

    [Fact(Timeout = 60_000)]
    public async Task the_quota_of_all_datasets_holds_for_all_cameras_together()
    {
        await using var store = new Store(o => o.MaxSnapshotBytes = 1 << 20);
        SnapshotIntake last = new(SnapshotOutcome.Accepted);
        for (int i = 0; last.Outcome == SnapshotOutcome.Accepted && i < 30; i++)
        {
            last = await store.Models.Datasets.AddAsync(Sample.Snapshot($"s{i}", i, $"cam-{i}") with { Jpeg = Sample.Jpeg(i, 640, 480) }, default);
        }

        Assert.Equal(SnapshotOutcome.Quota, last.Outcome);
        Assert.Contains("MaxSnapshotBytes (1048576)", last.Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task pictures_that_look_alike_are_marked_or_refused()
    {
        byte[] picture = new Scene(160, 120).NormalDay(1, 1)[0];
        Guardian.Shared.Imaging.RgbImage decoded = Guardian.Shared.Imaging.JpegDecoder.Decode(picture, Guardian.Shared.Imaging.JpegLimits.Default);
        DatasetSnapshot first = Sample.Snapshot("first", 1) with { Jpeg = picture };
        DatasetSnapshot again = Sample.Snapshot("again", 2) with { Jpeg = Guardian.Shared.Imaging.JpegEncoder.Encode(decoded, 60) };
        await using (var marking = new Store(o => o.NearDuplicateDistance = 4))
        {
            Assert.Null((await marking.Models.Datasets.AddAsync(first, default)).NearDuplicateOf);
            SnapshotIntake intake = await marking.Models.Datasets.AddAsync(again, default);
            Assert.Equal((SnapshotOutcome.Accepted, "first"), (intake.Outcome, intake.NearDuplicateOf));
            Assert.InRange(intake.Distance!.Value, 0, 4);
            Assert.Null((await marking.Models.Datasets.AddAsync(Sample.Snapshot("noise", 3), default)).NearDuplicateOf);
            Assert.Null((await marking.Models.Datasets.AddAsync(again with { SnapshotId = "other label", Label = "threat", Jpeg = Guardian.Shared.Imaging.JpegEncoder.Encode(decoded, 50) }, default)).NearDuplicateOf);
        }

        await using var refusing = new Store(o => (o.NearDuplicateDistance, o.RefuseNearDuplicates) = (4, true));
        await refusing.Models.Datasets.AddAsync(first, default);
        SnapshotIntake refused = await refusing.Models.Datasets.AddAsync(again, default);
        Assert.Equal((SnapshotOutcome.NearDuplicate, false), (refused.Outcome, refused.IsStored));
        Assert.Contains("first", refused.Reason, StringComparison.Ordinal);
        Assert.Single(refusing.Files("*.jpg"));
    }

    [Fact(Timeout = 60_000)]
    public async Task conditions_are_bounded_and_come_back()
    {
        await using var store = new Store();
        var good = new Dictionary<string, string> { ["weather"] = "rain", ["lens.mm"] = "" };
        Assert.True((await store.Models.Datasets.AddAsync(Sample.Snapshot() with { Conditions = good }, default)).IsStored);
        await foreach (StoredSnapshot s in store.Models.Datasets.EnumerateAsync("cam-1", "normal", default))
        {
            Assert.Equal(good.OrderBy(c => c.Key, StringComparer.Ordinal), s.Conditions);
            Assert.InRange(s.Brightness!.Value, 0, 255);
        }

        foreach (Dictionary<string, string> bad in new Dictionary<string, string>[]
        {
            new() { ["Weather"] = "x" }, new() { [""] = "x" }, new() { [new string('a', 33)] = "x" }, new() { ["a"] = "x\ny" }, new() { ["a"] = new string('x', 129) },
            new() { ["a"] = null! }, new() { ["a"] = "\ud800" }, Enumerable.Range(0, 17).ToDictionary(i => $"k{i}", _ => ""),
        })
        {
            SnapshotIntake intake = await store.Models.Datasets.AddAsync(Sample.Snapshot("s2", 2) with { Conditions = bad }, default);
            Assert.Equal(SnapshotOutcome.InvalidField, intake.Outcome);
            Assert.Contains("Conditions", intake.Reason, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_second_process_that_opens_the_folder_takes_nothing_from_the_first()
    {
        await using var store = new Store();
        string writing = Path.Combine(store.Folder, "tmp", "being written"), half = Path.Combine(store.Folder, "datasets", "cam-1", "normal", new string('0', 64) + ".jpg");
        await Add(store, 1);
        await File.WriteAllTextAsync(writing, "");
        await File.WriteAllTextAsync(half, "");
        await using (var second = new LocalModels(new GuardianModelsOptions { Directory = store.Folder }))
        {
            Assert.Equal(SnapshotOutcome.Duplicate, (await second.Datasets.AddAsync(Sample.Snapshot("s1", 1), default)).Outcome);
            Assert.Equal(SnapshotOutcome.Accepted, (await second.Datasets.AddAsync(Sample.Snapshot("s2", 2), default)).Outcome);
        }

        Assert.True(File.Exists(writing));
        Assert.True(File.Exists(half));
        Assert.Equal(2, (await store.Models.Datasets.CountsAsync("cam-1", default))["normal"]);
        await store.RestartAsync();
        Assert.False(File.Exists(writing));
        Assert.False(File.Exists(half));
    }

    private static async Task<string> HashOf(params DatasetSnapshot[] snapshots)
    {
        await using var store = new Store();
        foreach (DatasetSnapshot snapshot in snapshots)
        {
            Assert.True((await store.Models.Datasets.AddAsync(snapshot, default)).IsStored);
        }

        return (await store.Models.Datasets.CreateVersionAsync("cam-1", default)).Hash;
    }

    private static async Task Add(Store store, params int[] seeds)
    {
        foreach (int seed in seeds)
        {
            Assert.Equal(SnapshotOutcome.Accepted, (await store.Models.Datasets.AddAsync(Sample.Snapshot($"s{seed}", seed), default)).Outcome);
        }
    }

    private static async Task<List<string>> Names(Store store, int version)
    {
        var names = new List<string>();
        await foreach (StoredSnapshot snapshot in store.Models.Datasets.EnumerateVersionAsync("cam-1", version, null, default))
        {
            names.Add(snapshot.SnapshotId);
        }

        return names;
    }
}

using Guardian.Models.Tests.Imaging;
using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Datasets;

public sealed class DatasetStoreTests
{
    [Fact(Timeout = 60_000)]
    public async Task an_accepted_snapshot_is_a_file_named_by_its_hash_and_survives_a_restart()
    {
        await using var store = new Store();
        DatasetSnapshot snapshot = Sample.Snapshot();
        SnapshotIntake intake = await store.Models.Datasets.AddAsync(snapshot, default);
        Assert.Equal(SnapshotOutcome.Accepted, intake.Outcome);
        await store.RestartAsync();
        StoredSnapshot stored = Assert.Single(await All(store));
        Assert.Equal(("s1", 64, 48, snapshot.CapturedAt), (stored.SnapshotId, stored.Width, stored.Height, stored.CapturedAt));
        Assert.True(File.Exists(Path.Combine(store.Folder, "datasets", "cam-1", "normal", stored.Sha256 + ".jpg")));
        Assert.Equal(snapshot.Jpeg.ToArray(), (await store.Models.Datasets.ReadAsync(stored, default)).ToArray());
    }

    [Fact(Timeout = 60_000)]
    public async Task a_snapshot_sent_twice_is_stored_once()
    {
        await using var store = new Store();
        await store.Models.Datasets.AddAsync(Sample.Snapshot("s1", 1), default);
        SnapshotIntake sameId = await store.Models.Datasets.AddAsync(Sample.Snapshot("s1", 2), default);
        SnapshotIntake samePicture = await store.Models.Datasets.AddAsync(Sample.Snapshot("s2", 1) with { Label = "threat" }, default);
        Assert.Equal((SnapshotOutcome.Duplicate, SnapshotOutcome.Duplicate), (sameId.Outcome, samePicture.Outcome));
        Assert.True(sameId.IsStored);
        Assert.Single(store.Files("*.jpg"));
        SnapshotIntake otherCamera = await store.Models.Datasets.AddAsync(Sample.Snapshot("s1", 1, camera: "cam-2"), default);
        Assert.Equal(SnapshotOutcome.Accepted, otherCamera.Outcome);
    }

    [Fact(Timeout = 60_000)]
    public async Task many_senders_of_the_same_picture_store_it_once()
    {
        await using var store = new Store();
        SnapshotIntake[] intakes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.Models.Datasets.AddAsync(Sample.Snapshot($"s{i}", 1), default)));
        Assert.Single(intakes, i => i.Outcome == SnapshotOutcome.Accepted);
        Assert.Equal(19, intakes.Count(i => i.Outcome == SnapshotOutcome.Duplicate));
        Assert.Single(store.Files("*.jpg"));
    }

    public static TheoryData<SnapshotOutcome, DatasetSnapshot> Unusable => new()
    {
        { SnapshotOutcome.InvalidField, Sample.Snapshot(id: "") },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(id: new string('x', 129)) },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(id: "a\nb") },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(camera: "..") },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(camera: ".") },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(camera: "a/b") },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(camera: "cam\n") },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(label: "Normal") },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(label: "../x") },
        { SnapshotOutcome.InvalidField, Sample.Snapshot(label: new string('a', 33)) },
        { SnapshotOutcome.InvalidField, Sample.Snapshot() with { CapturedAt = DateTimeOffset.UnixEpoch.AddSeconds(-1) } },
        { SnapshotOutcome.NotJpeg, Sample.Snapshot() with { Jpeg = Array.Empty<byte>() } },
        { SnapshotOutcome.NotJpeg, Sample.Snapshot() with { Jpeg = "GIF89a......"u8.ToArray() } },
        { SnapshotOutcome.Corrupt, Sample.Snapshot() with { Jpeg = Sample.Jpeg().AsMemory(..^40) } },
        { SnapshotOutcome.Corrupt, Sample.Snapshot() with { Jpeg = Sample.Jpeg().AsMemory(..^2) } },
        { SnapshotOutcome.ColourSpace, Sample.Snapshot() with { Jpeg = JpegTests.Cmyk() } },
        { SnapshotOutcome.TooLarge, Sample.Snapshot() with { Jpeg = JpegTests.WithSize(Sample.Jpeg(), 65500, 65500) } },
        { SnapshotOutcome.TooSmall, Sample.Snapshot() with { Jpeg = Sample.Jpeg(1, 31, 64) } },
        { SnapshotOutcome.TooManyBytes, Sample.Snapshot() with { Jpeg = new byte[(4 * 1024 * 1024) + 1] } },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Unusable))]
    public async Task an_unusable_snapshot_is_refused_in_words_and_leaves_nothing(SnapshotOutcome outcome, DatasetSnapshot snapshot)
    {
        await using var store = new Store();
        SnapshotIntake intake = await store.Models.Datasets.AddAsync(snapshot, default);
        Assert.Equal(outcome, intake.Outcome);
        Assert.False(intake.IsStored);
        Assert.NotEmpty(intake.Reason!);
        Assert.Empty(store.Files("*.jpg"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Folder, "tmp")));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_camera_over_its_quota_is_refused_and_others_are_not()
    {
        await using var store = new Store(o => o.MaxSnapshotsPerCamera = 2);
        await store.Models.Datasets.AddAsync(Sample.Snapshot("s1", 1), default);
        await store.Models.Datasets.AddAsync(Sample.Snapshot("s2", 2), default);
        SnapshotIntake third = await store.Models.Datasets.AddAsync(Sample.Snapshot("s3", 3), default);
        Assert.Equal(SnapshotOutcome.Quota, third.Outcome);
        Assert.Contains("MaxSnapshotsPerCamera (2)", third.Reason, StringComparison.Ordinal);
        Assert.Equal(SnapshotOutcome.Duplicate, (await store.Models.Datasets.AddAsync(Sample.Snapshot("s1", 1), default)).Outcome);
        Assert.Equal(SnapshotOutcome.Accepted, (await store.Models.Datasets.AddAsync(Sample.Snapshot("s3", 3, "cam-2"), default)).Outcome);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_camera_over_its_bytes_is_refused()
    {
        await using var store = new Store(o => o.MaxSnapshotBytesPerCamera = 1 << 20);
        SnapshotIntake last = new(SnapshotOutcome.Accepted);
        for (int i = 0; last.Outcome == SnapshotOutcome.Accepted && i < 30; i++)
        {
            last = await store.Models.Datasets.AddAsync(Sample.Snapshot($"s{i}", i) with { Jpeg = Sample.Jpeg(i, 640, 480) }, default);
        }

        Assert.Equal(SnapshotOutcome.Quota, last.Outcome);
        Assert.True(store.Files("*.jpg").Sum(f => new FileInfo(f).Length) <= 1 << 20);
    }

    [Fact(Timeout = 60_000)]
    public async Task snapshots_are_counted_by_label_and_enumerated_in_capture_order()
    {
        await using var store = new Store();
        int[] order = [5, 1, 4, 2, 3];
        foreach (int i in order)
        {
            await store.Models.Datasets.AddAsync(Sample.Snapshot($"n{i}", i), default);
        }

        await store.Models.Datasets.AddAsync(Sample.Snapshot("t1", 9, label: "threat"), default);
        IReadOnlyDictionary<string, int> counts = await store.Models.Datasets.CountsAsync("cam-1", default);
        Assert.Equal(5, counts["normal"]);
        Assert.Equal(1, counts["threat"]);
        Assert.Equal(["n1", "n2", "n3", "n4", "n5"], (await All(store)).Select(s => s.SnapshotId));
        Assert.Empty(await store.Models.Datasets.CountsAsync("cam-9", default));
    }

    [Fact(Timeout = 60_000)]
    public async Task what_a_killed_process_left_is_removed_at_the_next_start()
    {
        await using var store = new Store();
        await store.Models.Datasets.AddAsync(Sample.Snapshot(), default);
        string kept = Assert.Single(store.Files("*.jpg"));
        string orphan = Path.Combine(Path.GetDirectoryName(kept)!, new string('0', 64) + ".jpg");
        await File.WriteAllBytesAsync(orphan, [1, 2, 3]);
        string half = Path.Combine(store.Folder, "tmp", "half");
        await File.WriteAllBytesAsync(half, [1, 2, 3]);
        await store.RestartAsync();
        Assert.False(File.Exists(orphan));
        Assert.False(File.Exists(half));
        Assert.True(File.Exists(kept));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_picture_changed_on_the_disk_is_not_handed_out()
    {
        await using var store = new Store();
        await store.Models.Datasets.AddAsync(Sample.Snapshot(), default);
        StoredSnapshot stored = Assert.Single(await All(store));
        string file = Assert.Single(store.Files("*.jpg"));
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[^10] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        ModelException e = await Assert.ThrowsAsync<ModelException>(() => store.Models.Datasets.ReadAsync(stored, default));
        Assert.Contains("SHA-256", e.Message, StringComparison.Ordinal);
        File.Delete(file);
        await Assert.ThrowsAsync<ModelException>(() => store.Models.Datasets.ReadAsync(stored, default));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_forged_reference_cannot_read_other_files()
    {
        await using var store = new Store();
        await store.Models.Datasets.AddAsync(Sample.Snapshot(), default);
        StoredSnapshot stored = Assert.Single(await All(store));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Models.Datasets.ReadAsync(stored with { Sha256 = "../../../models" }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Models.Datasets.ReadAsync(stored with { CameraId = ".." }, default));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_stored_dataset_is_read_for_training_in_order()
    {
        await using var store = new Store();
        await store.Models.Datasets.AddAsync(Sample.Snapshot("b", 2), default);
        await store.Models.Datasets.AddAsync(Sample.Snapshot("a", 1), default);
        var names = new List<string>();
        await foreach (TrainingImage image in TrainingImages.FromDataset(store.Models.Datasets, "cam-1"))
        {
            names.Add(image.Name);
            Assert.True(image.Jpeg.Length > 100);
        }

        Assert.Equal(["a", "b"], names);
    }

    private static async Task<List<StoredSnapshot>> All(Store store)
    {
        var all = new List<StoredSnapshot>();
        await foreach (StoredSnapshot snapshot in store.Models.Datasets.EnumerateAsync("cam-1", "normal", default))
        {
            all.Add(snapshot);
        }

        return all;
    }
}

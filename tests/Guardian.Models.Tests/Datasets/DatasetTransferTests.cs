using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Guardian.Models.Tests.Imaging;
using Guardian.Models.Tests.Support;
using Guardian.Testing;

namespace Guardian.Models.Tests.Datasets;

public sealed class DatasetTransferTests
{
    private static readonly DatasetImportRequest ToCamera = new() { CameraId = "cam-1" };

    [Fact(Timeout = 60_000)]
    public async Task a_zip_without_a_manifest_is_imported_by_its_folders()
    {
        await using var store = new Store();
        byte[] zip = new TestZip().Add("set/normal/a.jpg", Sample.Jpeg(1)).Add("normal/b.JPEG", Sample.Jpeg(2), CompressionLevel.Optimal).Add("threat/c.jpg", Sample.Jpeg(3)).Build();
        DatasetImportReport report = await Import(store, zip, ToCamera);
        Assert.Null(report.Error);
        Assert.Equal((3, 0, 0), (report.Accepted, report.Duplicates, report.Refused));
        IReadOnlyDictionary<string, int> counts = await store.Models.Datasets.CountsAsync("cam-1", default);
        Assert.Equal((2, 1), (counts["normal"], counts["threat"]));
        Assert.All(await All(store, "normal"), s => Assert.Equal(Sample.Noon, s.CapturedAt));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Folder, "tmp")));
    }

    [Fact(Timeout = 60_000)]
    public async Task every_file_of_a_zip_has_its_outcome_and_reason()
    {
        await using var store = new Store();
        const int link = 0xA1FF, pipe = 0x11B0;
        byte[] zip = new TestZip()
            .Add("normal/good.jpg", Sample.Jpeg(1))
            .Add("normal/again.jpg", Sample.Jpeg(1))
            .Add("normal/cut.jpg", Sample.Jpeg(2)[..^100])
            .Add("normal/print.jpg", JpegTests.Cmyk())
            .Add("normal/huge.jpg", JpegTests.WithSize(Sample.Jpeg(3), 65500, 65500))
            .Add("normal/small.jpg", Sample.Jpeg(4, 16, 16))
            .Add("normal/long.jpg", RandomNumberGenerator.GetBytes((4 << 20) + 1))
            .Add("normal/inner.zip", new TestZip().Add("normal/x.jpg", Sample.Jpeg(5)).Build())
            .Add("normal/text.jpg", "not a picture")
            .Add("../normal/up.jpg", Sample.Jpeg(6))
            .Add("/normal/root.jpg", Sample.Jpeg(7))
            .Add("C:/normal/drive.jpg", Sample.Jpeg(8))
            .Add("normal\\back.jpg", Sample.Jpeg(9))
            .Add("normal/link.jpg", "/etc/passwd"u8.ToArray(), unixMode: link)
            .Add("normal/pipe.jpg", [], unixMode: pipe)
            .Add("Bad Label/x.jpg", Sample.Jpeg(10))
            .Add("loose.jpg", Sample.Jpeg(11))
            .Add("normal/twice.jpg", Sample.Jpeg(12))
            .Add("normal/twice.jpg", Sample.Jpeg(13))
            .Build();
        DatasetImportReport report = await Import(store, zip, ToCamera);
        Assert.Null(report.Error);
        Dictionary<string, SnapshotOutcome> outcomes = report.Entries.Where(e => e.Name != "normal/twice.jpg").ToDictionary(e => e.Name, e => e.Outcome);
        Assert.Equal(SnapshotOutcome.Accepted, outcomes["normal/good.jpg"]);
        Assert.Equal(SnapshotOutcome.Duplicate, outcomes["normal/again.jpg"]);
        Assert.Equal(SnapshotOutcome.Corrupt, outcomes["normal/cut.jpg"]);
        Assert.Equal(SnapshotOutcome.ColourSpace, outcomes["normal/print.jpg"]);
        Assert.Equal(SnapshotOutcome.TooLarge, outcomes["normal/huge.jpg"]);
        Assert.Equal(SnapshotOutcome.TooSmall, outcomes["normal/small.jpg"]);
        Assert.Equal(SnapshotOutcome.TooManyBytes, outcomes["normal/long.jpg"]);
        Assert.Equal(SnapshotOutcome.NotJpeg, outcomes["normal/inner.zip"]);
        Assert.Equal(SnapshotOutcome.NotJpeg, outcomes["normal/text.jpg"]);
        Assert.Equal(SnapshotOutcome.BadName, outcomes["../normal/up.jpg"]);
        Assert.Equal(SnapshotOutcome.BadName, outcomes["/normal/root.jpg"]);
        Assert.Equal(SnapshotOutcome.BadName, outcomes["C:/normal/drive.jpg"]);
        Assert.Equal(SnapshotOutcome.BadName, outcomes["normal\\back.jpg"]);
        Assert.Equal(SnapshotOutcome.NotAFile, outcomes["normal/link.jpg"]);
        Assert.Equal(SnapshotOutcome.NotAFile, outcomes["normal/pipe.jpg"]);
        Assert.Equal(SnapshotOutcome.InvalidField, outcomes["Bad Label/x.jpg"]);
        Assert.Equal(SnapshotOutcome.InvalidField, outcomes["loose.jpg"]);
        Assert.Equal([SnapshotOutcome.BadName, SnapshotOutcome.Accepted], report.Entries.Where(e => e.Name == "normal/twice.jpg").Select(e => e.Outcome));
        Assert.All(report.Entries.Where(e => e.Outcome is not (SnapshotOutcome.Accepted or SnapshotOutcome.Duplicate)), e => Assert.NotEmpty(e.Reason!));
        Assert.Equal(2, store.Files("*.jpg").Count());
        Assert.Equal((2, 1, 16), (report.Accepted, report.Duplicates, report.Refused));
        Assert.Contains("normal/cut.jpg", JsonSerializer.Serialize(report), StringComparison.Ordinal);
    }

    private static (string Why, byte[] Zip)[] Refused()
    {
        byte[] good = new TestZip().Add("normal/a.jpg", Sample.Jpeg(1)).Add("normal/b.jpg", Sample.Jpeg(2)).Build();
        int first = TestZip.Headers(good)[0], second = TestZip.Headers(good)[1], end = TestZip.End(good);
        return
        [
            ("not a ZIP file", []),
            ("not a ZIP file", "PK"u8.ToArray()),
            ("not a ZIP file", Sample.Jpeg(1)),
            ("not a ZIP file", good[..^1]),
            ("bomb", new TestZip().Add("normal/a.jpg", new byte[4 << 20], CompressionLevel.Optimal).Build()),
            ("overlaps", TestZip.With(good, second + 42, good[(first + 42)..(first + 46)])),
            ("MaxUnpackedBytes", new TestZip().Add("normal/a.jpg", RandomNumberGenerator.GetBytes(2 << 20)).Build()),
            ("MaxEntries", Enumerable.Range(0, 31).Aggregate(new TestZip(), (z, i) => z.Add($"normal/{i}.jpg", [1])).Build()),
            ("damaged", TestZip.With(good, second, 1, 2, 3, 4)),
            ("more than the 1 entries", TestZip.With(good, end + 8, 1, 0, 1, 0)),
            ("damaged at entry 3", TestZip.With(good, end + 8, 3, 0, 3, 0)),
            ("ZIP64", TestZip.With(good, end + 8, 255, 255, 255, 255)),
            ("ZIP64", TestZip.With(good, end + 16, 255, 255, 255, 255)),
            ("ZIP64", TestZip.With(good, first + 24, 255, 255, 255, 255)),
            ("several", TestZip.With(good, end + 4, 1)),
            ("directory is damaged", TestZip.With(good, end + 12, 1)),
            ("which camera", new TestZip().Add("normal/a.jpg", Sample.Jpeg(1)).Build()),
            ("cannot be read", new TestZip().Add("manifest.json", "{").Build()),
            ("cannot be read", new TestZip().Add("manifest.json", new string('[', 5000)).Build()),
            ("format", new TestZip().Add("manifest.json", "null").Build()),
            ("format", new TestZip().Add("manifest.json", """{"format":"other","format_version":1,"images":[]}""").Build()),
            ("format_version", new TestZip().Add("manifest.json", """{"format":"guardian-dataset","format_version":2,"images":[]}""").Build()),
            ("images", new TestZip().Add("manifest.json", """{"format":"guardian-dataset","format_version":1,"camera":"c"}""").Build()),
            ("images", new TestZip().Add("manifest.json", """{"format":"guardian-dataset","format_version":1,"camera":"c","images":[null]}""").Build()),
            ("camera must be", new TestZip().Add("manifest.json", """{"format":"guardian-dataset","format_version":1,"camera":"../c","images":[]}""").Build()),
            ("names no camera", new TestZip().Add("manifest.json", """{"format":"guardian-dataset","format_version":1,"images":[]}""").Build()),
        ];
    }

    [Fact(Timeout = 60_000)]
    public async Task a_zip_that_is_refused_as_a_whole_leaves_nothing_and_says_why()
    {
        foreach ((string why, byte[] zip) in Refused())
        {
            await using var store = new Store(o => (o.Import.MaxUnpackedBytes, o.Import.MaxEntries) = (why == "bomb" ? 8 << 20 : 1 << 20, 30));
            DatasetImportReport report = await Import(store, zip, new DatasetImportRequest());
            Assert.Contains(why, report.Error, StringComparison.Ordinal);
            Assert.Empty(store.Files("*.jpg"));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Folder, "tmp")));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_zip_larger_than_allowed_is_not_read_to_its_end()
    {
        await using var store = new Store(o => o.Import.MaxZipBytes = 1 << 20);
        using var endless = new EndlessStream();
        DatasetImportReport report = await store.Models.Transfer.ImportZipAsync(endless, ToCamera, default);
        Assert.Contains("MaxZipBytes allows: 1048576", report.Error, StringComparison.Ordinal);
        Assert.InRange(endless.Given, 1 << 20, 2 << 20);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Folder, "tmp")));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_entry_that_lies_about_its_size_or_checksum_is_refused_alone()
    {
        await using var store = new Store();
        byte[] zip = new TestZip().Add("normal/a.jpg", Sample.Jpeg(1), CompressionLevel.Optimal).Add("normal/b.jpg", Sample.Jpeg(2)).Build();
        int first = TestZip.Headers(zip)[0];
        byte[] shorter = TestZip.With(zip, first + 24, 100, 0, 0, 0), longer = TestZip.With(zip, first + 24, 0, 0, 1, 0), checksum = TestZip.With(zip, first + 16, 1, 2, 3, 4);
        foreach (byte[] lie in new[] { shorter, longer, checksum })
        {
            DatasetImportReport report = await Import(store, lie, ToCamera);
            Assert.Equal(SnapshotOutcome.Corrupt, report.Entries[0].Outcome);
            Assert.True(report.Entries[1].Outcome is SnapshotOutcome.Accepted or SnapshotOutcome.Duplicate);
        }

        Assert.Single(store.Files("*.jpg"));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_encrypted_or_oddly_packed_entry_is_refused_alone()
    {
        await using var store = new Store();
        byte[] zip = new TestZip().Add("normal/a.jpg", Sample.Jpeg(1)).Add("normal/b.jpg", Sample.Jpeg(2)).Build();
        int first = TestZip.Headers(zip)[0];
        foreach (byte[] odd in new[] { TestZip.With(zip, first + 8, 1), TestZip.With(zip, first + 10, 14) })
        {
            DatasetImportReport report = await Import(store, odd, ToCamera);
            Assert.Equal(SnapshotOutcome.Unsupported, report.Entries[0].Outcome);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_manifest_says_label_time_id_and_conditions()
    {
        await using var store = new Store();
        byte[] a = Sample.Jpeg(1), b = Sample.Jpeg(2);
        string manifest = JsonSerializer.Serialize(new
        {
            format = "guardian-dataset",
            format_version = 1,
            camera = "cam-1",
            exported_by = "an edge",
            images = new object[]
            {
                new { file = "x/1.jpg", id = "one", sha256 = Hash(a), label = "abnormal", captured_at = "2026-02-03T04:05:06.789+01:00", conditions = new { time_of_day = "night", weather = "rain" } },
                new { file = "2.bin", label = "my-label", captured_at = "2026-02-03T04:05:06Z" },
                new { file = "3.jpg", sha256 = Hash(a), label = "normal", captured_at = "2026-02-03T04:05:06Z" },
                new { file = "4.jpg", label = "normal", captured_at = "2026-02-03T04:05:06Z" },
                new { file = "5.jpg", label = "normal" },
                new { file = "6.jpg", captured_at = "2026-02-03T04:05:06Z" },
                new { file = "7.jpg", label = "normal", captured_at = "2026-02-03T04:05:06Z", conditions = new { Weather = "rain" } },
                new { file = "1.jpg", label = "normal", captured_at = "2026-02-03T04:05:06Z" },
            },
        });
        byte[] zip = new TestZip().Add("x/1.jpg", a).Add("2.bin", b).Add("3.jpg", b).Add("5.jpg", b).Add("6.jpg", b).Add("7.jpg", Sample.Jpeg(7)).Add("8.jpg", b).Add("manifest.json", manifest).Build();
        DatasetImportReport report = await Import(store, zip, new DatasetImportRequest());
        Assert.Equal("cam-1", report.CameraId);
        Assert.Equal(
            [
                ("x/1.jpg", SnapshotOutcome.Accepted), ("2.bin", SnapshotOutcome.Accepted), ("3.jpg", SnapshotOutcome.HashMismatch), ("4.jpg", SnapshotOutcome.Missing),
                ("5.jpg", SnapshotOutcome.InvalidField), ("6.jpg", SnapshotOutcome.InvalidField), ("7.jpg", SnapshotOutcome.InvalidField), ("1.jpg", SnapshotOutcome.Missing),
                ("8.jpg", SnapshotOutcome.NotListed),
            ],
            report.Entries.Select(e => (e.Name, e.Outcome)));
        StoredSnapshot stored = Assert.Single(await All(store, "abnormal"));
        Assert.Equal(("one", new DateTimeOffset(2026, 2, 3, 3, 5, 6, 789, TimeSpan.Zero)), (stored.SnapshotId, stored.CapturedAt));
        Assert.Equal("night", stored.Conditions["time_of_day"]);
        Assert.Equal(Hash(b), Assert.Single(await All(store, "my-label")).SnapshotId);
        Assert.Contains("of camera cam-1, not of cam-2", (await Import(store, zip, new DatasetImportRequest { CameraId = "cam-2" })).Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_export_imports_again_to_the_same_hash_on_another_node()
    {
        await using Store store = await Filled(), other = new Store();
        DatasetVersion version = await store.Models.Datasets.CreateVersionAsync("cam-1", default);
        (DatasetExport export, byte[] zip) = await Export(store, new DatasetExportRequest { CameraId = "cam-1", Version = version.Number });
        Assert.Equal((version.Hash, version.Images, version.Bytes, version.Cursor), (export.Hash, export.Images, export.Bytes, export.Cursor));
        DatasetImportReport report = await Import(other, zip, new DatasetImportRequest());
        Assert.Equal((5, 0), (report.Accepted, report.Refused));
        Assert.Equal(version.Hash, (await other.Models.Datasets.CreateVersionAsync("cam-1", default)).Hash);
        Assert.Equal(5, (await Import(other, zip, new DatasetImportRequest())).Duplicates);
        Assert.Equal(version.Hash, (await other.Models.Datasets.CreateVersionAsync("cam-1", default)).Hash);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_unpacked_export_imports_as_a_folder_to_the_same_hash()
    {
        await using Store store = await Filled(), other = new Store();
        DatasetVersion version = await store.Models.Datasets.CreateVersionAsync("cam-1", default);
        (_, byte[] zip) = await Export(store, new DatasetExportRequest { CameraId = "cam-1" });
        using var folder = new TemporaryFolder();
        using (var archive = new ZipArchive(new MemoryStream(zip)))
        {
            archive.ExtractToDirectory(folder.Path);
        }

        DatasetImportReport report = await other.Models.Transfer.ImportFolderAsync(folder.Path, new DatasetImportRequest(), default);
        Assert.Equal((5, 0), (report.Accepted, report.Refused));
        Assert.Equal(version.Hash, (await other.Models.Datasets.CreateVersionAsync("cam-1", default)).Hash);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_delta_export_has_only_what_is_new()
    {
        await using Store store = await Filled();
        (DatasetExport first, _) = await Export(store, new DatasetExportRequest { CameraId = "cam-1" });
        (DatasetExport nothing, byte[] empty) = await Export(store, new DatasetExportRequest { CameraId = "cam-1", After = first.Cursor });
        Assert.Equal((0, first.Cursor), (nothing.Images, nothing.Cursor));
        await store.Models.Datasets.AddAsync(Sample.Snapshot("late", 20), default);
        await store.Models.Datasets.AddAsync(Sample.Snapshot("other", 21, "cam-2"), default);
        (DatasetExport delta, byte[] zip) = await Export(store, new DatasetExportRequest { CameraId = "cam-1", After = first.Cursor });
        Assert.Equal(1, delta.Images);
        Assert.True(delta.Cursor > first.Cursor);
        await using var other = new Store();
        Assert.Empty((await Import(other, empty, new DatasetImportRequest())).Entries);
        Assert.Equal(1, (await Import(other, zip, new DatasetImportRequest())).Accepted);
        ModelException e = await Assert.ThrowsAsync<ModelException>(() => Export(store, new DatasetExportRequest { CameraId = "cam-1", Version = 9 }));
        Assert.Contains("no dataset version 9", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_folder_is_imported_without_following_links_or_waiting_at_pipes()
    {
        await using var store = new Store();
        using TemporaryFolder folder = new(), secret = new();
        Directory.CreateDirectory(folder.File("normal"));
        await File.WriteAllBytesAsync(folder.File("normal/a.jpg"), Sample.Jpeg(1));
        await File.WriteAllBytesAsync(folder.File("loose.jpg"), Sample.Jpeg(2));
        await File.WriteAllTextAsync(folder.File("notes.txt"), "hello");
        await File.WriteAllBytesAsync(secret.File("s.jpg"), Sample.Jpeg(3));
        File.CreateSymbolicLink(folder.File("normal/link.jpg"), secret.File("s.jpg"));
        Directory.CreateSymbolicLink(folder.File("threat"), secret.Path);
        Directory.CreateDirectory(folder.File("1/2/3/4/5/6/7/8/9"));
        using (Process pipe = Process.Start("mkfifo", folder.File("normal/pipe.jpg")))
        {
            await pipe.WaitForExitAsync();
        }

        DatasetImportReport report = await store.Models.Transfer.ImportFolderAsync(folder.Path, new DatasetImportRequest { CameraId = "cam-1", Label = "normal" }, default);
        Dictionary<string, SnapshotOutcome> outcomes = report.Entries.ToDictionary(e => e.Name, e => e.Outcome);
        Assert.Equal(SnapshotOutcome.Accepted, outcomes["normal/a.jpg"]);
        Assert.Equal(SnapshotOutcome.Accepted, outcomes["loose.jpg"]);
        Assert.Equal(SnapshotOutcome.NotJpeg, outcomes["notes.txt"]);
        Assert.Equal(SnapshotOutcome.NotAFile, outcomes["normal/link.jpg"]);
        Assert.Equal(SnapshotOutcome.NotAFile, outcomes["threat"]);
        Assert.Equal(SnapshotOutcome.Corrupt, outcomes["normal/pipe.jpg"]);
        Assert.Equal(SnapshotOutcome.BadName, outcomes["1/2/3/4/5/6/7/8"]);
        Assert.Equal(2, store.Files("*.jpg").Count());
        Assert.Contains("no folder", (await store.Models.Transfer.ImportFolderAsync(folder.File("missing"), ToCamera, default)).Error, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => store.Models.Transfer.ImportFolderAsync(folder.Path, new DatasetImportRequest { CameraId = ".." }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Models.Transfer.ImportFolderAsync(folder.Path, new DatasetImportRequest { CameraId = "c", Label = "No" }, default));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_folder_outside_the_limits_is_refused_as_a_whole()
    {
        await using var store = new Store(o => (o.Import.MaxEntries, o.Import.MaxUnpackedBytes) = (5, 1 << 20));
        using TemporaryFolder many = new(), large = new();
        for (int i = 0; i < 6; i++)
        {
            await File.WriteAllBytesAsync(many.File($"{i}.jpg"), [1]);
        }

        await File.WriteAllBytesAsync(large.File("a.jpg"), new byte[2 << 20]);
        Assert.Contains("MaxEntries allows", (await store.Models.Transfer.ImportFolderAsync(many.Path, ToCamera, default)).Error, StringComparison.Ordinal);
        Assert.Contains("MaxUnpackedBytes allows", (await store.Models.Transfer.ImportFolderAsync(large.Path, ToCamera, default)).Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task what_is_over_the_quota_is_reported_for_each_picture()
    {
        await using var store = new Store(o => o.MaxSnapshotsPerCamera = 2);
        byte[] zip = Enumerable.Range(1, 4).Aggregate(new TestZip(), (z, i) => z.Add($"normal/{i}.jpg", Sample.Jpeg(i))).Build();
        DatasetImportReport report = await Import(store, zip, ToCamera);
        Assert.Equal([SnapshotOutcome.Accepted, SnapshotOutcome.Accepted, SnapshotOutcome.Quota, SnapshotOutcome.Quota], report.Entries.Select(e => e.Outcome));
        Assert.Contains("MaxSnapshotsPerCamera (2)", report.Entries[3].Reason, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_import_that_is_cut_off_goes_on_when_it_is_repeated()
    {
        await using var store = new Store();
        byte[] zip = Enumerable.Range(1, 6).Aggregate(new TestZip(), (z, i) => z.Add($"normal/{i}.jpg", Sample.Jpeg(i))).Build();
        using var source = new CancellationTokenSource();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Models.Transfer.ImportZipAsync(new MemoryStream(zip), ToCamera, source.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Folder, "tmp")));
        await store.Models.Datasets.AddAsync(Sample.Snapshot("earlier", 3), default);
        DatasetImportReport report = await Import(store, zip, ToCamera);
        Assert.Equal((5, 1), (report.Accepted, report.Duplicates));
    }

    private static async Task<Store> Filled()
    {
        var store = new Store();
        var conditions = new Dictionary<string, string> { ["weather"] = "snow & \"ice\"", ["time_of_day"] = "dämmerung" };
        foreach (int i in new[] { 3, 1, 2 })
        {
            await store.Models.Datasets.AddAsync(Sample.Snapshot($"s{i}", i) with { Conditions = i == 2 ? conditions : null }, default);
        }

        await store.Models.Datasets.AddAsync(Sample.Snapshot("t/../1", 4, label: "threat"), default);
        await store.Models.Datasets.AddAsync(Sample.Snapshot("own", 5, label: "my_own-1") with { CapturedAt = DateTimeOffset.UnixEpoch.AddTicks(10) }, default);
        return store;
    }

    private static async Task<(DatasetExport Export, byte[] Zip)> Export(Store store, DatasetExportRequest request)
    {
        using var stream = new MemoryStream();
        DatasetExport export = await store.Models.Transfer.ExportAsync(request, stream, default);
        return (export, stream.ToArray());
    }

    private static Task<DatasetImportReport> Import(Store store, byte[] zip, DatasetImportRequest request) =>
        store.Models.Transfer.ImportZipAsync(new MemoryStream(zip), request, default);

    private static async Task<List<StoredSnapshot>> All(Store store, string label)
    {
        var all = new List<StoredSnapshot>();
        await foreach (StoredSnapshot snapshot in store.Models.Datasets.EnumerateAsync("cam-1", label, default))
        {
            all.Add(snapshot);
        }

        return all;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private sealed class EndlessStream : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

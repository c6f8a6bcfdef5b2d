using System.IO.Compression;
using Guardian.Models.Datasets;
using Guardian.Models.Tests.Support;
using Guardian.Shared.Imaging;

namespace Guardian.Models.Tests.Datasets;

/// <summary>Thousands of damaged files, the same ones each time. Whatever comes in, the answer is a report and nothing unsound is stored.</summary>
public sealed class IntakeFuzzTests
{
    private const int Pictures = 4000, Zips = 3000;

    [Fact(Timeout = 300_000)]
    public async Task damaged_pictures_are_refused_in_words_or_are_sound()
    {
        byte[][] valid = [Sample.Jpeg(1), Sample.Jpeg(2, 33, 95), .. new Scene(160, 120).NormalDay(1, 3)];
        await Task.Run(() =>
        {
            for (int seed = 0; seed < Pictures; seed++)
            {
                byte[] jpeg = Mutation.Of(valid[seed % valid.Length], seed);
                (SnapshotIntake? refusal, SnapshotPicture picture) = SnapshotCheck.Picture(jpeg);
                if (refusal is null)
                {
                    Assert.True(picture.Width >= 32 && picture.Height >= 32 && picture.Width * picture.Height <= JpegLimits.Default.MaxPixels, $"seed {seed}");
                    Assert.InRange(picture.Brightness, 0, 255);
                }
                else
                {
                    Assert.False(string.IsNullOrEmpty(refusal.Reason), $"seed {seed}");
                    Assert.False(refusal.IsStored);
                }
            }
        });
    }

    [Fact(Timeout = 300_000)]
    public async Task damaged_zip_files_give_a_report_and_leave_nothing_unsound()
    {
        // No more than a few pictures are ever stored, so that the time goes into reading.
        await using var store = new Store(o => (o.MaxSnapshotsPerCamera, o.Import.MaxUnpackedBytes, o.Import.MaxEntries) = (20, 1 << 20, 50));
        byte[][] valid = [Plain(), await ExportedAsync()];
        int whole = 0;
        for (int seed = 0; seed < Zips; seed++)
        {
            byte[] zip = Mutation.Of(valid[seed % valid.Length], seed);
            DatasetImportReport report = await store.Models.Transfer.ImportZipAsync(new MemoryStream(zip), new DatasetImportRequest { CameraId = seed % 3 == 0 ? null : "cam-1" }, default);
            whole += report.Error is null ? 1 : 0;
            Assert.True(report.Error is null || report.Error.Length > 0, $"seed {seed}");
            Assert.All(report.Entries, e => Assert.True(e.Name.Length <= 256 && (e.Outcome is SnapshotOutcome.Accepted or SnapshotOutcome.Duplicate || e.Reason!.Length > 0), $"seed {seed}"));
        }

        Assert.InRange(whole, 100, Zips - 100);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Folder, "tmp")));
        foreach (string file in store.Files("*.jpg"))
        {
            JpegDecoder.Decode(await File.ReadAllBytesAsync(file), JpegLimits.Default);
        }

        foreach (DatasetSummary dataset in await store.Models.Datasets.ListAsync(default))
        {
            Assert.Equal(dataset.Images, Directory.EnumerateFiles(Path.Combine(store.Folder, "datasets", dataset.CameraId), "*.jpg", SearchOption.AllDirectories).Count());
            Assert.InRange(dataset.Images, 1, 20);
        }
    }

    private static byte[] Plain() => new TestZip()
        .Add("set/normal/a.jpg", Sample.Jpeg(1, 40, 40))
        .Add("set/normal/b.jpg", Sample.Jpeg(2, 40, 40), CompressionLevel.Optimal)
        .Add("set/threat/c.jpg", Sample.Jpeg(3, 40, 40))
        .Build();

    private static async Task<byte[]> ExportedAsync()
    {
        await using var store = new Store();
        await store.Models.Datasets.AddAsync(Sample.Snapshot("a", 4) with { Jpeg = Sample.Jpeg(4, 40, 40) }, default);
        await store.Models.Datasets.AddAsync(
            Sample.Snapshot("b", 5, label: "threat") with { Jpeg = Sample.Jpeg(5, 40, 40), Conditions = new Dictionary<string, string> { ["weather"] = "fog" } }, default);
        using var stream = new MemoryStream();
        await store.Models.Transfer.ExportAsync(new DatasetExportRequest { CameraId = "cam-1" }, stream, default);
        return stream.ToArray();
    }
}

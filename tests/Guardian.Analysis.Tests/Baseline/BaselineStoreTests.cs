using Guardian.Testing;

namespace Guardian.Analysis.Tests.Baseline;

public sealed class BaselineStoreTests
{
    private static readonly DetectedObject Car = Sample.Box("car", 0, 0, 80, 80);

    private static BaselineObservation Seen(string id, DateTimeOffset at, params DetectedObject[] objects) =>
        new() { SourceId = id, CapturedAt = at, Objects = objects, Width = Sample.Width, Height = Sample.Height };

    [Fact(Timeout = 30_000)]
    public async Task frames_objects_labels_and_places_are_counted()
    {
        using var folder = new TemporaryFolder();
        await using var store = new SqliteBaselineStore(folder.File("b.db"));
        await store.ObserveAsync("a", Seen("1", Sample.Noon, Car, Car with { X = 400 }), CancellationToken.None);
        await store.ObserveAsync("a", Seen("2", Sample.Noon), CancellationToken.None);
        await store.ObserveAsync("a", Seen("3", Sample.Noon.AddHours(5), Car with { Label = "person" }), CancellationToken.None);
        CameraBaseline baseline = await store.GetAsync("a", CancellationToken.None);
        Assert.Equal(3, baseline.FramesObserved);
        Assert.Equal(2, baseline.FramesAt(12));
        Assert.Equal(1, baseline.FramesAt(17));
        Assert.Equal(1, baseline.TypicalCount);
        Assert.Equal(Math.Sqrt(2.0 / 3), baseline.CountDeviation, 1e-9);
        Assert.Equal(2, baseline.MaxCount);
        Assert.Equal([("car", 1L), ("person", 1L)], baseline.Labels.OrderBy(l => l.Key).Select(l => (l.Key, l.Value)));
        Assert.Equal(2.5 / 4, baseline.FrequencyAt(Car, Sample.Width, Sample.Height), 1e-9);
        Assert.Equal(1.5 / 4, baseline.FrequencyAt(Car with { X = 400 }, Sample.Width, Sample.Height), 1e-9);
        Assert.Equal(0.5 / 4, baseline.FrequencyAt(Car with { Y = 300 }, Sample.Width, Sample.Height), 1e-9);
        Assert.Equal((1 + (8 * 2.5 / 4)) / 10, baseline.FrequencyAt(Car, Sample.Width, Sample.Height, 12), 1e-9);
    }

    [Fact(Timeout = 30_000)]
    public async Task the_same_source_observed_again_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var store = new SqliteBaselineStore(folder.File("b.db"));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => store.ObserveAsync("a", Seen($"{i % 4}", Sample.Noon, Car), CancellationToken.None)));
        Assert.Equal(4, (await store.GetAsync("a", CancellationToken.None)).FramesObserved);
        await store.ObserveAsync("b", Seen("0", Sample.Noon), CancellationToken.None);
        Assert.Equal(1, (await store.GetAsync("b", CancellationToken.None)).FramesObserved);
        Assert.Equal(4, (await store.GetAsync("a", CancellationToken.None)).Labels["car"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_restart_keeps_counts_and_knows_the_sources()
    {
        using var folder = new TemporaryFolder();
        await using (var first = new SqliteBaselineStore(folder.File("b.db")))
        {
            await first.ObserveAsync("a", Seen("1", Sample.Noon, Car), CancellationToken.None);
        }

        await using var second = new SqliteBaselineStore(folder.File("b.db"));
        await second.ObserveAsync("a", Seen("1", Sample.Noon, Car), CancellationToken.None);
        Assert.Equal(1, (await second.GetAsync("a", CancellationToken.None)).FramesObserved);
    }

    [Fact(Timeout = 30_000)]
    public async Task hours_are_those_of_the_cameras_time_zone()
    {
        using var folder = new TemporaryFolder();
        await using var store = new SqliteBaselineStore(new AnalysisOptions { BaselinePath = folder.File("b.db"), TimeZone = "Europe/Berlin" });
        await store.ObserveAsync("a", Seen("winter", new DateTimeOffset(2026, 1, 10, 12, 0, 0, TimeSpan.Zero)), CancellationToken.None);
        await store.ObserveAsync("a", Seen("summer", new DateTimeOffset(2026, 7, 10, 12, 0, 0, TimeSpan.Zero)), CancellationToken.None);
        CameraBaseline baseline = await store.GetAsync("a", CancellationToken.None);
        Assert.Equal((0, 1, 1), (baseline.FramesAt(12), baseline.FramesAt(13), baseline.FramesAt(14)));
    }

    [Fact(Timeout = 30_000)]
    public async Task the_limit_of_frames_is_named_and_nothing_of_the_frame_stays()
    {
        using var folder = new TemporaryFolder();
        await using var store = new SqliteBaselineStore(new AnalysisOptions { BaselinePath = folder.File("b.db"), MaxBaselineFrames = 100 });
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => store.ObserveAsync("a", Seen($"{i}", Sample.Noon), CancellationToken.None)));
        AnalysisException error = await Assert.ThrowsAsync<AnalysisException>(() => store.ObserveAsync("a", Seen("more", Sample.Noon, Car), CancellationToken.None));
        Assert.Contains("MaxBaselineFrames is 100", error.Message, StringComparison.Ordinal);
        Assert.Empty((await store.GetAsync("a", CancellationToken.None)).Labels);
        await store.ObserveAsync("a", Seen("7", Sample.Noon), CancellationToken.None);
    }

    [Fact(Timeout = 30_000)]
    public async Task fields_outside_their_bounds_are_named()
    {
        using var folder = new TemporaryFolder();
        await using var store = new SqliteBaselineStore(folder.File("b.db"));
        async Task Refused(string field, string camera, BaselineObservation observation)
        {
            ArgumentException error = await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ObserveAsync(camera, observation, CancellationToken.None));
            Assert.StartsWith(field, error.Message, StringComparison.Ordinal);
        }

        BaselineObservation sound = Seen("1", Sample.Noon, Car);
        await Refused("cameraId", "", sound);
        await Refused("cameraId", new string('x', 129), sound);
        await Refused("SourceId", "a", sound with { SourceId = "" });
        await Refused("Width, Height", "a", sound with { Height = 0 });
        await Refused("Objects", "a", sound with { Objects = [Car with { X = double.NaN }] });
        await Refused("Objects", "a", sound with { Objects = [Car with { Width = -1 }] });
        await Refused("Objects", "a", sound with { Objects = [Car with { Confidence = 1.1 }] });
        await Refused("Objects", "a", sound with { Objects = [.. Enumerable.Repeat(Car, 1001)] });
    }

    [Fact(Timeout = 30_000)]
    public async Task a_file_of_a_newer_program_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("b.db");
        await new SqliteBaselineStore(path).DisposeAsync();
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            await connection.OpenAsync();
            await using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version=99";
            await command.ExecuteNonQueryAsync();
        }

        Assert.Contains("schema version 99", Assert.Throws<AnalysisException>(() => new SqliteBaselineStore(path)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SqliteBaselineStore(""));
    }
}

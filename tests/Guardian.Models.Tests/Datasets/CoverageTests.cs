using Guardian.Models.Datasets;
using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Datasets;

public sealed class CoverageTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void an_empty_dataset_is_told_how_many_it_needs() =>
        Assert.Equal(["There are no pictures labelled normal yet. Collect at least 50."], Count(50).Missing);

    [Fact]
    public void a_night_without_pictures_is_one_gap_over_midnight()
    {
        DatasetCoverage coverage = Count(50, [.. Enumerable.Range(5, 17).SelectMany(h => Enumerable.Range(0, 20).Select(i => Midnight.AddDays(i % 4).AddHours(h).AddMinutes(i)))]);
        Assert.Equal(["No pictures between 22:00 and 05:00. Collect at least 21 there."], coverage.Missing);
        Assert.True(coverage.IsWorthwhile);
        Assert.Equal((4, 340, 20, 0), (coverage.Days, coverage.Labels["normal"], coverage.Hours[5], coverage.Hours[22]));
    }

    [Fact]
    public void few_pictures_of_one_hour_and_day_are_said_to_be_that()
    {
        DatasetCoverage coverage = Count(50, [.. Enumerable.Range(0, 4).Select(i => Midnight.AddHours(12).AddMinutes(i)), Midnight.AddHours(15)]);
        Assert.Equal(
            [
                "5 of 50 pictures labelled normal are here. Collect at least 45 more.",
                "Only 1 picture between 13:00 and 12:00. Collect at least 69 there.",
                "All pictures are of one day. Weather and light differ from day to day: collect on at least 3 days.",
            ],
            coverage.Missing);
        Assert.False(coverage.IsWorthwhile);
        Assert.Equal((Midnight.AddHours(12), Midnight.AddHours(15)), (coverage.First, coverage.Last));
    }

    [Fact]
    public void a_dataset_of_every_hour_and_many_days_lacks_nothing()
    {
        DatasetCoverage coverage = Count(50, [.. Enumerable.Range(0, 240).Select(i => Midnight.AddHours(i))]);
        Assert.Empty(coverage.Missing);
        Assert.Equal(10, coverage.Days);
    }

    [Fact]
    public void hours_are_those_of_the_zone_that_is_asked_for()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(5.5), "east", "east");
        var count = new CoverageCount("cam-1", 50, zone);
        count.Add("normal", Midnight.AddHours(22), 10, false);
        DatasetCoverage coverage = count.Result();
        Assert.Equal(1, coverage.Hours[3]);
    }

    [Fact]
    public void pictures_without_any_full_hour_are_a_gap_of_the_whole_day()
    {
        DatasetCoverage coverage = Count(1, [Midnight, Midnight.AddHours(5)]);
        Assert.Contains("Only 2 pictures between 00:00 and 24:00. Collect at least 72 there.", coverage.Missing);
    }

    [Fact]
    public void brightness_and_likeness_are_counted_of_normal_pictures_alone()
    {
        var count = new CoverageCount("cam-1", 1, TimeZoneInfo.Utc);
        foreach (int brightness in new[] { 0, 50, 51, 152, 153, 254, 255 })
        {
            count.Add("normal", Midnight, brightness, isNearDuplicate: brightness > 50);
        }

        count.Add("normal", Midnight, null, false);
        count.Add("threat", Midnight, 10, true);
        DatasetCoverage coverage = count.Result();
        Assert.Equal([2, 1, 1, 1, 2], coverage.Brightness);
        Assert.Equal(5, coverage.NearDuplicates);
        Assert.Equal((8, 1), (coverage.Labels["normal"], coverage.Labels["threat"]));
        Assert.Contains("5 of 8 pictures look like an earlier one and teach little. Leave more time between pictures.", coverage.Missing);
        Assert.Contains("8 pictures are enough to begin with. 200 or more make a better model.", coverage.Missing);
    }

    [Fact(Timeout = 60_000)]
    public async Task the_store_counts_what_it_has()
    {
        await using var store = new Store();
        await store.Models.Datasets.AddAsync(Sample.Snapshot("a", 1), default);
        await store.Models.Datasets.AddAsync(Sample.Snapshot("b", 2, label: "threat"), default);
        await store.Models.Datasets.AddAsync(Sample.Snapshot("c", 3), default);
        await store.Models.Datasets.RemoveAsync("cam-1", ["c"], default);
        DatasetCoverage coverage = await store.Models.Datasets.CoverageAsync("cam-1", 50, null, default);
        Assert.Equal((1, 1, 1, 1), (coverage.Labels["normal"], coverage.Labels["threat"], coverage.Hours[12], coverage.Brightness.Sum()));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.Models.Datasets.CoverageAsync("cam-1", 0, null, default));
    }

    private static DatasetCoverage Count(int required, params DateTimeOffset[] normal)
    {
        var count = new CoverageCount("cam-1", required, TimeZoneInfo.Utc);
        foreach (DateTimeOffset at in normal)
        {
            count.Add("normal", at, 100, false);
        }

        return count.Result();
    }
}

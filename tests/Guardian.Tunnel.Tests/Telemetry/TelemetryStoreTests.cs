using FsCheck;
using FsCheck.Fluent;
using Guardian.Testing;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Telemetry;

public sealed class TelemetryStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(Samples.Start);
    private readonly EdgeId _edge = EdgeId.New();
    private SqliteTelemetryStore _store = null!;

    public Task InitializeAsync()
    {
        Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task a_sample_is_there_after_a_restart_and_the_newest_is_known()
    {
        Assert.Equal(AppendOutcome.Stored, await AppendAsync(TimeSpan.Zero, d => d.Cameras[0].Online = false));
        await ReopenAsync();
        NewestTelemetry newest = (await _store.GetNewestAsync(_edge, None))!;
        Assert.Equal((Samples.Start, 12.5), (newest.Sample.At, newest.Sample.Values[TelemetryMetric.CpuUsagePercent]));
        Assert.Equal(new CameraOutage("front-door", Samples.Start), Assert.Single(newest.Outages));
        Assert.Equal(40, Assert.Single(await QueryAsync(TelemetryResolution.Raw)).Values[TelemetryMetric.InferenceTimeMs].Last);
        Assert.Null(await _store.GetNewestAsync(EdgeId.New(), None));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_minute_an_hour_and_a_day_tell_count_least_greatest_mean_and_last()
    {
        foreach (int i in Enumerable.Range(0, 6))
        {
            await AppendAsync(TimeSpan.FromSeconds(10 * i), d => d.System.CpuUsagePercent = 10 * (i == 2 ? 9 : i));
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        await _store.MaintainAsync(None);
        foreach (TelemetryResolution resolution in new[] { TelemetryResolution.Minute, TelemetryResolution.Hour, TelemetryResolution.Day })
        {
            TelemetryPoint point = Assert.Single(await QueryAsync(resolution));
            Assert.Equal((Samples.Start, new MetricSummary(6, 0, 90, 220, 50)), (point.At, point.Values[TelemetryMetric.CpuUsagePercent]));
            Assert.Equal(220 / 6.0, point.Values[TelemetryMetric.CpuUsagePercent].Mean, 12);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task a_minute_is_not_computed_before_it_is_over_and_again_when_a_late_sample_comes()
    {
        await AppendAsync(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, await _store.MaintainAsync(None));
        _time.Advance(TimeSpan.FromSeconds(1));
        await _store.MaintainAsync(None);
        Assert.Equal(1, await CountAsync(TelemetryResolution.Minute));

        _time.Advance(TimeSpan.FromMinutes(119));
        Assert.Equal(AppendOutcome.Stored, await AppendAsync(TimeSpan.FromSeconds(30)));
        await _store.MaintainAsync(None);
        Assert.Equal(2, await CountAsync(TelemetryResolution.Minute));
        Assert.Equal(2, await CountAsync(TelemetryResolution.Hour));
        Assert.Equal(2, await CountAsync(TelemetryResolution.Day));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_sample_of_the_same_second_changes_nothing_and_maintenance_may_run_at_any_time()
    {
        await AppendAsync(TimeSpan.Zero);
        Assert.Equal(AppendOutcome.Duplicate, await AppendAsync(TimeSpan.FromMilliseconds(900), d => d.System.CpuUsagePercent = 99));
        _time.Advance(TimeSpan.FromMinutes(1));
        for (int i = 0; i < 3; i++)
        {
            await _store.MaintainAsync(None);
        }

        Assert.Equal(new MetricSummary(1, 12.5, 12.5, 12.5, 12.5), (await QueryAsync(TelemetryResolution.Day))[0].Values[TelemetryMetric.CpuUsagePercent]);
    }

    [Fact(Timeout = 30_000)]
    public async Task what_is_older_than_its_retention_goes_and_its_buckets_stay_right()
    {
        await AppendAsync(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromMinutes(1));
        await _store.MaintainAsync(None);
        (TelemetryResolution Gone, TimeSpan After)[] steps =
        [
            (TelemetryResolution.Raw, TimeSpan.FromHours(3)), (TelemetryResolution.Minute, TimeSpan.FromDays(3)), (TelemetryResolution.Hour, TimeSpan.FromDays(62)), (TelemetryResolution.Day, TimeSpan.FromDays(1830)),
        ];
        foreach ((TelemetryResolution gone, TimeSpan after) in steps)
        {
            Assert.Single(await QueryAsync(gone));
            _time.Advance(after);
            await _store.MaintainAsync(None);
            Assert.Empty(await QueryAsync(gone));
        }

        // Nothing is left to ask the camera for, but the edge's newest sample stays known.
        Assert.NotNull(await _store.GetNewestAsync(_edge, None));
        Assert.Empty(await _store.QueryAsync(new TelemetryQuery { CameraId = "front-door", From = Samples.Start, To = _time.GetUtcNow(), Resolution = TelemetryResolution.Day }, None));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_sample_of_a_time_that_was_dropped_is_refused()
    {
        await AppendAsync(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromHours(3));
        await _store.MaintainAsync(None);
        Assert.Equal(AppendOutcome.TooOld, await AppendAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal(1, await CountAsync(TelemetryResolution.Minute));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_camera_has_a_series_of_its_own_wherever_it_is()
    {
        EdgeId other = EdgeId.New();
        await AppendAsync(TimeSpan.Zero);
        await AppendAsync(TimeSpan.FromSeconds(10), d => (d.Cameras[0].Online, d.Cameras[0].LastSeen) = (false, "2030-05-01T00:00:00Z"));
        await _store.AppendAsync(Samples.Sample(other, Samples.Start + TimeSpan.FromSeconds(20)), None);
        await _store.AppendAsync(Samples.Sample(other, Samples.Start + TimeSpan.FromSeconds(30)), None);
        _time.Advance(TimeSpan.FromMinutes(1));
        await _store.MaintainAsync(None);

        TelemetryPoint point = Assert.Single(await _store.QueryAsync(new TelemetryQuery { CameraId = "front-door", From = Samples.Start, To = _time.GetUtcNow() }, None));
        Assert.Equal(0.75, point.Values[TelemetryMetric.CameraOnline].Mean);
        Assert.Equal((10, 0), (point.Values[TelemetryMetric.CameraSilenceSeconds].Maximum, point.Values[TelemetryMetric.CameraSilenceSeconds].Last));

        // The other edge speaks for it now, so it is no outage of the first.
        Assert.All(await _store.ListNewestAsync(None), n => Assert.Empty(n.Outages));
    }

    [Fact(Timeout = 30_000)]
    public async Task an_outage_counts_from_its_first_sample_and_a_late_sample_does_not_end_it()
    {
        await AppendAsync(TimeSpan.Zero);
        await AppendAsync(TimeSpan.FromSeconds(20), d => d.Cameras[0].Online = false);
        await AppendAsync(TimeSpan.FromSeconds(30), d => d.Cameras[0].Online = false);
        await AppendAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(Samples.Start + TimeSpan.FromSeconds(20), (await _store.GetNewestAsync(_edge, None))!.Outages[0].Since);
        await AppendAsync(TimeSpan.FromSeconds(40));
        Assert.Empty((await _store.GetNewestAsync(_edge, None))!.Outages);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_sample_ahead_of_the_clock_does_not_hide_the_ones_that_follow_once_the_clock_is_right()
    {
        DateTimeOffset now = Samples.Start;
        await _store.AppendAsync(Samples.Sample(_edge, now + TimeSpan.FromMinutes(9), receivedAt: now), None);
        await _store.AppendAsync(Samples.Sample(_edge, now + TimeSpan.FromSeconds(1), d => d.System.CpuUsagePercent = 1), None);
        Assert.Equal(1, (await _store.GetNewestAsync(_edge, None))!.Sample.Values[TelemetryMetric.CpuUsagePercent]);
    }

    [Fact(Timeout = 30_000)]
    public async Task questions_out_of_bounds_name_the_field_and_the_limit()
    {
        DateTimeOffset now = Samples.Start;
        (TelemetryQuery Query, string Field)[] cases =
        [
            (new TelemetryQuery { From = now, To = now.AddHours(1) }, "edge, camera"),
            (new TelemetryQuery { Edge = _edge, CameraId = "c", From = now, To = now.AddHours(1) }, "edge, camera"),
            (new TelemetryQuery { Edge = _edge, From = now, To = now }, "to"),
            (new TelemetryQuery { Edge = _edge, From = now, To = now.AddMinutes(2001) }, "2000 points"),
            (new TelemetryQuery { Edge = _edge, From = DateTimeOffset.MinValue, To = DateTimeOffset.MaxValue, Resolution = TelemetryResolution.Day }, "2000 points"),
            (new TelemetryQuery { Edge = _edge, From = now, To = now.AddHours(1), Resolution = (TelemetryResolution)9 }, "resolution"),
            (new TelemetryQuery { Edge = _edge, From = now, To = now.AddHours(1), Metrics = [TelemetryMetric.CameraOnline] }, "camera_online"),
            (new TelemetryQuery { CameraId = "c", From = now, To = now.AddHours(1), Metrics = [TelemetryMetric.CpuUsagePercent] }, "cpu_usage_percent"),
        ];
        foreach ((TelemetryQuery query, string field) in cases)
        {
            Assert.Contains(field, (await Assert.ThrowsAsync<ArgumentException>(() => _store.QueryAsync(query, None))).Message, StringComparison.Ordinal);
        }

        Assert.Empty(await _store.QueryAsync(new TelemetryQuery { Edge = EdgeId.New(), From = now, To = now.AddMinutes(2000) }, None));
    }

    /// <summary>In whatever order samples come and however often maintenance runs between them, buckets are what a direct computation gives.</summary>
    [Fact]
    public void roll_ups_equal_a_direct_computation()
    {
        Gen<(int Second, int Cpu, bool Maintain)> step =
            from second in Gen.Choose(0, 7199)
            from cpu in Gen.Choose(0, 1000)
            from maintain in Gen.Choose(0, 3)
            select (second, cpu, maintain == 0);
        Prop.ForAll(step.ListOf().ToArbitrary(), steps => Task.Run(() => EqualsDirectAsync([.. steps])).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private static async Task<bool> EqualsDirectAsync((int Second, int Cpu, bool Maintain)[] steps)
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime(Samples.Start + TimeSpan.FromHours(2));
        await using var store = new SqliteTelemetryStore(folder.File("t.db"), Samples.Options, time);
        EdgeId edge = EdgeId.New();
        var kept = new SortedDictionary<int, double>();
        foreach ((int second, int cpu, bool maintain) in steps)
        {
            await store.AppendAsync(Samples.Sample(edge, Samples.Start.AddSeconds(second), d => d.System.CpuUsagePercent = cpu / 10.0, time.GetUtcNow()), None);
            kept.TryAdd(second, cpu / 10.0);
            if (maintain)
            {
                await store.MaintainAsync(None);
            }
        }

        await store.MaintainAsync(None);
        foreach ((TelemetryResolution resolution, int width) in new[] { (TelemetryResolution.Minute, 60), (TelemetryResolution.Hour, 3600), (TelemetryResolution.Day, 86_400) })
        {
            IReadOnlyList<TelemetryPoint> points = await store.QueryAsync(
                new TelemetryQuery { Edge = edge, From = Samples.Start, To = Samples.Start.AddHours(2), Resolution = resolution, Metrics = [TelemetryMetric.CpuUsagePercent] }, None);
            var direct = kept.GroupBy(k => k.Key / width).Select(g => (
                At: Samples.Start.AddSeconds(g.Key * width),
                Count: (long)g.Count(), Least: g.Min(v => v.Value), Greatest: g.Max(v => v.Value), Sum: g.Sum(v => v.Value), Last: g.Last().Value)).ToList();
            var stored = points.Select(p => (p.At, Value: p.Values[TelemetryMetric.CpuUsagePercent])).ToList();
            if (direct.Count != stored.Count || !direct.Zip(stored).All(x =>
                x.First.At == x.Second.At && x.First.Count == x.Second.Value.Count && x.First.Least == x.Second.Value.Minimum && x.First.Greatest == x.Second.Value.Maximum
                && Math.Abs(x.First.Sum - x.Second.Value.Sum) < 1e-6 && x.First.Last == x.Second.Value.Last))
            {
                return false;
            }
        }

        return true;
    }

    private void Open() => _store = new SqliteTelemetryStore(_folder.File("telemetry.db"), Samples.Options, _time);

    private async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        Open();
    }

    private Task<AppendOutcome> AppendAsync(TimeSpan after, Action<TelemetryData>? change = null) => _store.AppendAsync(Samples.Sample(_edge, Samples.Start + after, change, Samples.Start.AddMinutes(1)), None);

    private Task<IReadOnlyList<TelemetryPoint>> QueryAsync(TelemetryResolution resolution) =>
        _store.QueryAsync(new TelemetryQuery { Edge = _edge, From = Samples.Start, To = Samples.Start.AddHours(1), Resolution = resolution }, None);

    private async Task<long> CountAsync(TelemetryResolution resolution) => Assert.Single(await QueryAsync(resolution)).Values[TelemetryMetric.CpuUsagePercent].Count;
}

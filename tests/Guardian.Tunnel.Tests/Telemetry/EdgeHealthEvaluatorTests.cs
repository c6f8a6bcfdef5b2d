using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests.Telemetry;

public sealed class EdgeHealthEvaluatorTests
{
    private static readonly DateTimeOffset Now = Samples.Start;
    private static readonly EdgeId Edge = EdgeId.New();
    private readonly EdgeHealthEvaluator _evaluator = new(new HealthOptions());

    [Fact]
    public void without_telemetry_nothing_is_known_but_the_clock()
    {
        Assert.Equal(HealthLevel.Unknown, _evaluator.Evaluate(new EdgeObservation { Edge = Edge, Now = Now }).Level);
        Assert.Equal(HealthLevel.Degraded, _evaluator.Evaluate(new EdgeObservation { Edge = Edge, Now = Now, ClockOffset = TimeSpan.FromSeconds(-31) }).Level);
    }

    [Fact]
    public void an_edge_with_which_nothing_is_wrong_is_healthy()
    {
        EdgeHealth health = Judge();
        Assert.Equal(HealthLevel.Healthy, health.Level);
        Assert.Empty(health.Reasons);
    }

    [Theory]
    [InlineData(84.9, HealthLevel.Healthy, "")]
    [InlineData(85, HealthLevel.Degraded, "its disk is 85 % full, the limit is 85 %, 85.9 GB are free")]
    [InlineData(95, HealthLevel.Unhealthy, "its disk is 95 % full, the limit is 95 %, 85.9 GB are free")]
    public void a_disk_that_is_nearly_full(double percent, HealthLevel level, string words) =>
        AssertReason(Judge(d => d.System.DiskUsagePercent = percent), level, HealthReasonCode.DiskNearlyFull, words);

    [Theory]
    [InlineData(3.9, HealthLevel.Healthy, "")]
    [InlineData(4, HealthLevel.Degraded, "90 % of its memory is in use, the limit is 90 %")]
    [InlineData(4.4, HealthLevel.Unhealthy, "99 % of its memory is in use, the limit is 98 %")]
    public void memory_that_is_nearly_used_up(double ninths, HealthLevel level, string words) => AssertReason(
        Judge(d => (d.System.MemoryUsedBytes, d.System.MemoryTotalBytes) = ((ulong)(ninths * 2250), 10_000)), level, HealthReasonCode.MemoryShort, words);

    [Theory]
    [InlineData(29, HealthLevel.Healthy, "")]
    [InlineData(90, HealthLevel.Degraded, "its clock is 90 s ahead, 30 s are allowed")]
    [InlineData(-600, HealthLevel.Unhealthy, "its clock is 10 min behind, 10 min are allowed")]
    public void a_clock_that_is_wrong(double seconds, HealthLevel level, string words) =>
        AssertReason(_evaluator.Evaluate(Observe() with { ClockOffset = TimeSpan.FromSeconds(seconds) }), level, HealthReasonCode.ClockWrong, words);

    [Theory]
    [InlineData(299, HealthLevel.Healthy, "")]
    [InlineData(300, HealthLevel.Degraded, "no telemetry for 5 min, it is due within 5 min")]
    [InlineData(1800, HealthLevel.Unhealthy, "no telemetry for 30 min, it is due within 5 min")]
    public void telemetry_that_stays_away(double seconds, HealthLevel level, string words) =>
        AssertReason(_evaluator.Evaluate(Observe() with { Now = Now.AddSeconds(seconds) }), level, HealthReasonCode.TelemetryStale, words);

    [Fact]
    public void figures_of_stale_telemetry_do_not_count()
    {
        EdgeHealth health = _evaluator.Evaluate(Observe(d => d.System.DiskUsagePercent = 99) with { Now = Now.AddMinutes(6) });
        Assert.Equal([HealthReasonCode.TelemetryStale], health.Reasons.Select(r => r.Code));
    }

    [Fact]
    public void a_disk_that_will_be_full_soon_says_when()
    {
        // 20 of 100 GiB in use; 4 GiB an hour fill the other 80 within 20 hours.
        TelemetryPoint[] hours = [.. Enumerable.Range(0, 5).Select(i => Point(Now.AddHours(i - 5), TelemetryMetric.DiskUsedBytes, (4.0 + (4 * i)) * (1 << 30)))];
        AssertReason(
            _evaluator.Evaluate(Observe() with { Hours = hours }), HealthLevel.Degraded, HealthReasonCode.DiskFilling, "its disk is full in 20 h at 4.3 GB an hour, 48 h are wanted");
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 3 })]
    [InlineData(new double[] { 5, 4, 3, 2, 1 })]
    [InlineData(new double[] { 1, 9, 1, 9, 2, 9 })]
    [InlineData(new double[] { 1, 1, 1, 1, 1, 1.01 })]
    public void a_disk_without_a_pace_has_no_hour_of_being_full(double[] gigabytes)
    {
        // Too short a time, falling, up and down, and too slow to matter.
        TelemetryPoint[] hours = [.. gigabytes.Select((g, i) => Point(Now.AddHours(i - gigabytes.Length), TelemetryMetric.DiskUsedBytes, g * (1 << 30)))];
        Assert.Equal(HealthLevel.Healthy, _evaluator.Evaluate(Observe() with { Hours = hours }).Level);
    }

    [Theory]
    [InlineData(50, 90, 90, HealthLevel.Healthy)]
    [InlineData(50, 150, 150, HealthLevel.Degraded)]
    [InlineData(150, 150, 150, HealthLevel.Healthy)]
    [InlineData(300, 150, 150, HealthLevel.Healthy)]
    [InlineData(50, 150, 20, HealthLevel.Healthy)]
    [InlineData(500, 10_001, 10_001, HealthLevel.Unhealthy)]
    public void a_backlog_counts_when_it_is_large_and_grows(int first, int last, int now, HealthLevel level)
    {
        TelemetryPoint[] minutes = [.. Enumerable.Range(0, 10).Select(i => Point(Now.AddMinutes(i - 10), TelemetryMetric.EventQueueLength, first + ((last - first) * i / 9)))];
        AssertReason(
            _evaluator.Evaluate(Observe(d => d.Application.EventQueueLength = now) with { Minutes = minutes }), level, HealthReasonCode.BacklogGrowing,
            level == HealthLevel.Healthy ? "" : $"{now} events wait, up from");
    }

    [Theory]
    [InlineData(40, 999, HealthLevel.Healthy, "")]
    [InlineData(40, 1000, HealthLevel.Degraded, "its model takes 1000 ms for a picture, the limit is 1000 ms")]
    [InlineData(40, 10_000, HealthLevel.Unhealthy, "its model takes 10000 ms for a picture, the limit is 10000 ms")]
    [InlineData(50_000, 40, HealthLevel.Healthy, "")]
    public void inference_is_judged_by_its_mean_and_not_by_one_picture(double newest, double mean, HealthLevel level, string words)
    {
        TelemetryPoint[] minutes = [.. Enumerable.Range(0, 10).Select(i => Point(Now.AddMinutes(i - 10), TelemetryMetric.InferenceTimeMs, mean))];
        AssertReason(_evaluator.Evaluate(Observe(d => d.Application.AiInferenceTimeMs = newest) with { Minutes = minutes }), level, HealthReasonCode.InferenceSlow, words);
    }

    [Fact]
    public void a_camera_is_offline_since_it_was_last_seen_and_all_of_them_are_worse_than_one()
    {
        EdgeObservation observation = Observe(d =>
        {
            d.Cameras[0].Online = false;
            d.Cameras[0].LastSeen = "2030-04-30T22:00:00Z";
            d.Cameras.Add(new CameraStatus { CameraId = "yard", Online = true });
        });
        NewestTelemetry newest = observation.Newest! with { Outages = [new CameraOutage("front-door", Now.AddMinutes(-2))] };
        EdgeHealth health = _evaluator.Evaluate(observation with { Newest = newest });
        AssertReason(health, HealthLevel.Degraded, HealthReasonCode.CameraOffline, "camera front-door is offline for 2 h, 60 s are allowed");
        Assert.Equal("front-door", health.Reasons[0].CameraId);

        newest.Sample.Data.Cameras.RemoveAt(1);
        newest = new NewestTelemetry(TelemetrySample.Restore(Edge, newest.Sample.Data, Now), newest.Outages);
        Assert.Equal(HealthLevel.Unhealthy, _evaluator.Evaluate(observation with { Newest = newest }).Level);

        newest = newest with { Outages = [new CameraOutage("front-door", Now.AddSeconds(-59))] };
        newest.Sample.Data.Cameras[0].LastSeen = "";
        newest = newest with { Sample = TelemetrySample.Restore(Edge, newest.Sample.Data, Now) };
        Assert.Equal(HealthLevel.Healthy, _evaluator.Evaluate(observation with { Newest = newest }).Level);
    }

    [Fact]
    public void a_reason_goes_only_once_its_figure_is_clearly_below_the_limit()
    {
        EdgeHealth before = Judge(d => d.System.DiskUsagePercent = 85);
        Assert.Equal(HealthLevel.Degraded, _evaluator.Evaluate(Observe(d => d.System.DiskUsagePercent = 81), before).Level);
        Assert.Equal(HealthLevel.Healthy, _evaluator.Evaluate(Observe(d => d.System.DiskUsagePercent = 80.5), before).Level);
        Assert.Equal(HealthLevel.Healthy, Judge(d => d.System.DiskUsagePercent = 81).Level);
    }

    [Fact]
    public void the_worst_reason_comes_first_and_gives_the_level()
    {
        EdgeHealth health = _evaluator.Evaluate(Observe(d => (d.System.DiskUsagePercent, d.System.MemoryUsedBytes) = (96, d.System.MemoryTotalBytes * 9 / 10)) with { ClockOffset = TimeSpan.FromSeconds(40) });
        Assert.Equal(HealthLevel.Unhealthy, health.Level);
        Assert.Equal([HealthReasonCode.DiskNearlyFull, HealthReasonCode.ClockWrong], health.Reasons.Take(2).Select(r => r.Code));
    }

    [Fact]
    public void unsound_limits_are_all_named()
    {
        var options = new HealthOptions { DiskDegradedPercent = double.NaN, Window = TimeSpan.Zero, BacklogDegraded = 0, LostAfter = TimeSpan.Zero };
        ArgumentException error = Assert.Throws<ArgumentException>(() => new EdgeHealthEvaluator(options));
        Assert.All(["DiskDegradedPercent", "Window", "BacklogDegraded", "LostAfter"], k => Assert.Contains($"Guardian:Tunnel:Health:{k}", error.Message, StringComparison.Ordinal));
    }

    private EdgeHealth Judge(Action<TelemetryData>? change = null) => _evaluator.Evaluate(Observe(change));

    private static EdgeObservation Observe(Action<TelemetryData>? change = null) =>
        new() { Edge = Edge, Now = Now, Newest = new NewestTelemetry(Samples.Sample(Edge, Now, change), []), ClockOffset = TimeSpan.FromSeconds(1) };

    private static TelemetryPoint Point(DateTimeOffset at, TelemetryMetric metric, double value) =>
        new(at, new Dictionary<TelemetryMetric, MetricSummary> { [metric] = new(6, value, value, 6 * value, value) });

    private static void AssertReason(EdgeHealth health, HealthLevel level, HealthReasonCode code, string words)
    {
        Assert.Equal(level, health.Level);
        if (level == HealthLevel.Healthy)
        {
            Assert.Empty(health.Reasons);
        }
        else
        {
            HealthReason reason = Assert.Single(health.Reasons);
            Assert.Equal((code, level), (reason.Code, reason.Level));
            Assert.StartsWith(words, reason.Message, StringComparison.Ordinal);
        }
    }
}

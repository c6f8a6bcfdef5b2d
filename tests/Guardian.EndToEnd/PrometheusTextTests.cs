using System.Diagnostics.Metrics;
using Guardian.ReferenceHost.Metrics;

namespace Guardian.EndToEnd;

/// <summary>The host's renderer of Prometheus' text format, on meters of its own.</summary>
public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter _meter = new($"test.{Guid.NewGuid():N}");
    private readonly MetricCollector _collector;

    public PrometheusTextTests() => _collector = new MetricCollector(name => name == _meter.Name);

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void a_counter_adds_up_by_its_labels_and_ends_with_total()
    {
        Counter<long> counter = _meter.CreateCounter<long>("guardian.things.done", "{thing}", "Things\nthat were \\done.");
        counter.Add(2, Tag("kind", "a"));
        counter.Add(3, Tag("kind", "a"));
        counter.Add(1, Tag("kind", "b"));
        AssertLines(
            "# HELP guardian_things_done_total Things\\nthat were \\\\done.", "# TYPE guardian_things_done_total counter", "guardian_things_done_total{kind=\"a\"} 5", "guardian_things_done_total{kind=\"b\"} 1");
    }

    [Fact]
    public void labels_are_sorted_sanitised_and_escaped()
    {
        _meter.CreateCounter<long>("c").Add(1, Tag("z.y", "back\\slash"), Tag("a-b", "quo\"te\nline"), Tag("1st", null));
        AssertLines("c_total{_1st=\"\",a_b=\"quo\\\"te\\nline\",z_y=\"back\\\\slash\"} 1");
    }

    [Fact]
    public void a_histograms_buckets_are_cumulative_and_the_last_holds_everything()
    {
        Histogram<double> histogram = _meter.CreateHistogram("request.duration", "s", "d", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (double value in new[] { 0.05, 0.1, 0.5, 5 })
        {
            histogram.Record(value, Tag("x", "y"));
        }

        AssertLines(
            "# TYPE request_duration_seconds histogram", "request_duration_seconds_bucket{x=\"y\",le=\"0.1\"} 2", "request_duration_seconds_bucket{x=\"y\",le=\"1\"} 3",
            "request_duration_seconds_bucket{x=\"y\",le=\"+Inf\"} 4", "request_duration_seconds_sum{x=\"y\"} 5.65", "request_duration_seconds_count{x=\"y\"} 4");
    }

    [Fact]
    public void an_up_down_counter_adds_up_and_a_gauge_keeps_its_newest()
    {
        UpDownCounter<int> open = _meter.CreateUpDownCounter<int>("open");
        Gauge<double> level = _meter.CreateGauge<double>("level");
        open.Add(3);
        open.Add(-1);
        level.Record(4);
        level.Record(double.NaN);
        AssertLines("# TYPE open gauge", "open 2", "level NaN");
    }

    [Fact]
    public void what_is_observed_no_more_is_shown_no_more_and_equal_series_of_two_instruments_add_up()
    {
        string[] edges = ["a", "b"];
        _meter.CreateObservableUpDownCounter("edges", () => edges.Select(e => new Measurement<long>(1, Tag("edge", e))));
        _meter.CreateObservableUpDownCounter("edges", () => edges.Select(e => new Measurement<long>(2, Tag("edge", e))));
        AssertLines("edges{edge=\"a\"} 3", "edges{edge=\"b\"} 3");
        edges = ["b"];
        Assert.DoesNotContain("edge=\"a\"", PrometheusText.Write(_collector), StringComparison.Ordinal);
        AssertLines("edges{edge=\"b\"} 3");
    }

    [Fact]
    public void series_beyond_the_bound_are_dropped_and_counted()
    {
        Counter<long> counter = _meter.CreateCounter<long>("many");
        for (int i = 0; i < MetricCollector.MaxSeries + 7; i++)
        {
            counter.Add(1, Tag("i", i));
        }

        AssertLines("guardian_metrics_dropped_total 7");
        Assert.Equal(MetricCollector.MaxSeries, PrometheusText.Write(_collector).Split('\n').Count(l => l.StartsWith("many_total{", StringComparison.Ordinal)));
    }

    [Fact]
    public void two_types_under_one_name_are_not_mixed()
    {
        _meter.CreateGauge<long>("x_total").Record(1);
        _meter.CreateCounter<long>("x").Add(2);
        _meter.CreateGauge<long>("y", "s").Record(3);
        _meter.CreateHistogram<double>("y", "s").Record(4);
        AssertLines("x_total_current 1", "x_total 2", "y_seconds 3");
        Assert.DoesNotContain("y_seconds_count", PrometheusText.Write(_collector), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b", "s", MetricKind.Gauge, "a_b_seconds")]
    [InlineData("a.seconds", "s", MetricKind.Gauge, "a_seconds")]
    [InlineData("a", "By", MetricKind.Counter, "a_bytes_total")]
    [InlineData("a", "1", MetricKind.Gauge, "a_ratio")]
    [InlineData("a", "1", MetricKind.Counter, "a_total")]
    [InlineData("a", "By/s", MetricKind.Gauge, "a_bytes_per_second")]
    [InlineData("a", "{fault}/s", MetricKind.Gauge, "a_per_second")]
    [InlineData("a", "{fault}", MetricKind.Gauge, "a")]
    [InlineData("a.count", "{cpu}", MetricKind.Gauge, "a_count_current")]
    [InlineData("a.count", null, MetricKind.Counter, "a_count_total")]
    [InlineData("9 lives", "", MetricKind.Gauge, "_9_lives")]
    public void names_follow_the_conventions(string name, string? unit, object kind, string expected) => Assert.Equal(expected, MetricNames.Of(name, unit, (MetricKind)kind));

    private static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);

    private void AssertLines(params string[] lines)
    {
        string[] text = PrometheusText.Write(_collector).Split('\n');
        Assert.Equal(lines, lines.Where(text.Contains));
    }
}

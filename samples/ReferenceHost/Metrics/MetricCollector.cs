using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Guardian.ReferenceHost.Metrics;

/// <summary>
/// Listens to the meters of this process and keeps what Prometheus asks for: sums of counters, the newest of gauges, buckets of histograms. Safe for use by many threads; collections run one at a time.
/// </summary>
internal sealed class MetricCollector : IDisposable
{
    /// <summary>Series of one name at the most; measurements for more are dropped and counted.</summary>
    public const int MaxSeries = 10_000;

    private const string DroppedName = "guardian_metrics_dropped_total";

    /// <summary>For instruments that advise nothing, in seconds: the bounds that OpenTelemetry's conventions have for requests.</summary>
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _collecting = new();
    private long _collection;
    private long _dropped;

    /// <summary>Listens from now on.</summary>
    /// <param name="isWanted">Which meters, by name.</param>
    public MetricCollector(Func<string, bool> isWanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isWanted(instrument.Meter.Name) && FamilyOf(instrument) is { } family)
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        Take<byte>(v => v);
        Take<short>(v => v);
        Take<int>(v => v);
        Take<long>(v => v);
        Take<float>(v => v);
        Take<double>(v => v);
        Take<decimal>(v => (double)v);
        _listener.Start();
    }

    /// <summary>Observes what is observable and gives every family, in the order of their names.</summary>
    /// <param name="read">Reads one, with the number of the collection.</param>
    public void Collect(Action<MetricFamily, long> read)
    {
        lock (_collecting)
        {
            _collection++;
            _listener.RecordObservableInstruments();
            foreach (MetricFamily family in _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                read(family, _collection);
            }

            var dropped = new MetricFamily(DroppedName, $"Measurements that were dropped because their metric has {MaxSeries} series already.", MetricKind.Counter, isAdditive: true, []);
            dropped.Observe("", Interlocked.Read(ref _dropped), _collection, 1);
            read(dropped, _collection);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static (MetricKind Kind, bool IsAdditive) KindOf(Instrument instrument)
    {
        string type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? (MetricKind.Histogram, false)
            : type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? (MetricKind.Counter, true)
            : (MetricKind.Gauge, type.Contains("UpDownCounter", StringComparison.Ordinal));
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => DefaultBounds,
    };

    /// <summary>Null when another instrument has the name for something else: two types under one name are no valid exposition.</summary>
    private MetricFamily? FamilyOf(Instrument instrument)
    {
        (MetricKind kind, bool isAdditive) = KindOf(instrument);
        string name = MetricNames.Of(instrument.Name, instrument.Unit, kind);
        MetricFamily family = _families.GetOrAdd(
            name, n => new MetricFamily(n, instrument.Description ?? "", kind, isAdditive, kind == MetricKind.Histogram ? BoundsOf(instrument) : []));
        return family.Kind == kind ? family : null;
    }

    private void Take<T>(Func<T, double> convert) where T : struct => _listener.SetMeasurementEventCallback<T>((instrument, value, tags, state) =>
    {
        var family = (MetricFamily)state!;
        string labels = MetricLabels.Write(tags);
        bool isTaken = instrument.IsObservable
            ? family.Observe(labels, convert(value), _collection, MaxSeries)
            : family.Measure(labels, convert(value), MaxSeries);
        if (!isTaken)
        {
            Interlocked.Increment(ref _dropped);
        }
    });
}

namespace Guardian.ReferenceHost.Metrics;

/// <summary>The series of one name. Safe for use by many threads.</summary>
internal sealed class MetricFamily(string name, string help, MetricKind kind, bool isAdditive, double[] bounds)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private bool _isObserved;

    public string Name => name;

    public string Help => help;

    public MetricKind Kind => kind;

    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>Takes a measurement.</summary>
    /// <returns>False when it would be a series too many.</returns>
    public bool Measure(string labels, double value, int maxSeries) => With(labels, maxSeries, series =>
    {
        if (kind == MetricKind.Histogram)
        {
            series.Record(value);
        }
        else if (isAdditive)
        {
            series.Add(value);
        }
        else
        {
            series.Set(value);
        }
    });

    /// <summary>Takes an observation of a collection.</summary>
    /// <returns>False when it would be a series too many.</returns>
    public bool Observe(string labels, double value, long collection, int maxSeries)
    {
        _isObserved = true;
        return With(labels, maxSeries, series => series.Observe(value, isAdditive, collection));
    }

    /// <summary>Reads every series; one that was observed before but not in this collection is of a thing that is gone, and goes.</summary>
    public void Read(long collection, Action<MetricSeries> read)
    {
        lock (_lock)
        {
            foreach (MetricSeries series in _series.Values.OrderBy(s => s.Labels, StringComparer.Ordinal).ToList())
            {
                if (_isObserved && series.ObservedAt != collection)
                {
                    _series.Remove(series.Labels);
                }
                else
                {
                    read(series);
                }
            }
        }
    }

    private bool With(string labels, int maxSeries, Action<MetricSeries> change)
    {
        lock (_lock)
        {
            if (!_series.TryGetValue(labels, out MetricSeries? series))
            {
                if (_series.Count >= maxSeries)
                {
                    return false;
                }

                _series[labels] = series = new MetricSeries(labels, bounds);
            }

            change(series);
            return true;
        }
    }
}

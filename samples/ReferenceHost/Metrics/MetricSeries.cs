namespace Guardian.ReferenceHost.Metrics;

/// <summary>One series: a number, or a histogram's buckets. Guarded by the lock of its <see cref="MetricFamily"/>.</summary>
internal sealed class MetricSeries(string labels, double[] bounds)
{
    /// <summary>As <see cref="MetricLabels"/> writes them.</summary>
    public string Labels { get; } = labels;

    /// <summary>The number; a histogram's sum.</summary>
    public double Value { get; private set; }

    /// <summary>Measurements of a histogram by bucket, each in the first whose bound it does not exceed; the last has no bound.</summary>
    public long[] Buckets { get; } = new long[bounds.Length + 1];

    /// <summary>At which collection it was last observed.</summary>
    public long ObservedAt { get; private set; }

    public void Add(double value) => Value += value;

    public void Set(double value) => Value = value;

    public void Record(double value)
    {
        Value += value;
        int at = Array.BinarySearch(bounds, value);
        Buckets[at >= 0 ? at : ~at]++;
    }

    /// <summary>Several instruments of one name may observe the same series, such as those of two servers in one process: what can be added up is.</summary>
    public void Observe(double value, bool isAdditive, long collection)
    {
        Value = isAdditive && ObservedAt == collection ? Value + value : value;
        ObservedAt = collection;
    }
}

namespace Guardian.Analysis;

/// <summary>
/// What is normal for one camera: where, when and how often things appear. Frequencies are smoothed so that little knowledge gives moderate
/// figures: k of n frames counts as (k + ½) ÷ (n + 1) (Krichevsky and Trofimov 1981), which is ½ when nothing was observed; figures of one
/// hour are drawn toward those of the whole day by the weight of <see cref="HourPrior"/> frames. Immutable.
/// </summary>
public sealed class CameraBaseline
{
    /// <summary>Hours of a day.</summary>
    public const int Hours = 24;

    /// <summary>Frames from which on a baseline is worth judging by: 20.</summary>
    public const int MinFrames = 20;

    /// <summary>How many frames of its own an hour needs to weigh as much as the whole day's figure: 8.</summary>
    public const int HourPrior = 8;

    private readonly BaselineHour[] _hours;
    private readonly Dictionary<string, long> _labels;
    private readonly long[] _cells = new long[BaselineGrid.Cells];
    private readonly long _active;

    /// <summary>Makes a baseline from what a store has counted.</summary>
    /// <param name="cameraId">The camera.</param>
    /// <param name="hours">24 hours, from midnight.</param>
    /// <param name="labels">Frames in which each label was seen.</param>
    /// <exception cref="ArgumentException">Not 24 hours, or an hour's cells are not those of <see cref="BaselineGrid"/>.</exception>
    public CameraBaseline(string cameraId, IReadOnlyList<BaselineHour> hours, IReadOnlyDictionary<string, long> labels)
    {
        ArgumentNullException.ThrowIfNull(cameraId);
        ArgumentNullException.ThrowIfNull(hours);
        ArgumentNullException.ThrowIfNull(labels);
        if (hours.Count != Hours || hours.Any(h => h.Cells.Length is not (0 or BaselineGrid.Cells)))
        {
            throw new ArgumentException($"hours: {Hours} of 0 or {BaselineGrid.Cells} cells each are needed", nameof(hours));
        }

        CameraId = cameraId;
        _hours = [.. hours];
        _labels = new Dictionary<string, long>(labels, StringComparer.Ordinal);
        foreach (BaselineHour hour in _hours)
        {
            for (int i = 0; i < hour.Cells.Length; i++)
            {
                _cells[i] += hour.Cells.Span[i];
            }
        }

        FramesObserved = _hours.Sum(h => h.Frames);
        _active = _hours.Sum(h => h.ActiveFrames);
        MaxCount = _hours.Max(h => h.MaxObjects);
        if (FramesObserved > 0)
        {
            TypicalCount = (double)_hours.Sum(h => h.Objects) / FramesObserved;
            double variance = ((double)_hours.Sum(h => h.SquaredObjects) / FramesObserved) - (TypicalCount * TypicalCount);
            CountDeviation = Math.Sqrt(Math.Max(0, variance));
        }
    }

    /// <summary>The camera.</summary>
    public string CameraId { get; }

    /// <summary>Frames observed.</summary>
    public long FramesObserved { get; }

    /// <summary>True from <see cref="MinFrames"/> frames on.</summary>
    public bool IsKnown => FramesObserved >= MinFrames;

    /// <summary>Mean number of objects in a frame; 0 when nothing was observed.</summary>
    public double TypicalCount { get; }

    /// <summary>Standard deviation of the number of objects in a frame; 0 when nothing was observed.</summary>
    public double CountDeviation { get; }

    /// <summary>Most objects that were in one frame.</summary>
    public long MaxCount { get; }

    /// <summary>The labels seen, and the number of frames each was in.</summary>
    public IReadOnlyDictionary<string, long> Labels => _labels;

    /// <summary>The smoothed share of frames with anything in them, above 0 and below 1.</summary>
    public double Activity => Smooth(_active, FramesObserved);

    /// <summary>A baseline of nothing.</summary>
    public static CameraBaseline Empty(string cameraId) =>
        new(cameraId, [.. Enumerable.Repeat(BaselineHour.Empty, Hours)], new Dictionary<string, long>());

    /// <summary>Frames observed in one hour of the day.</summary>
    /// <param name="hour">0 to 23, local time of the camera.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not an hour.</exception>
    public long FramesAt(int hour) => Hour(hour).Frames;

    /// <summary>The smoothed share of an hour's frames with anything in them, above 0 and below 1.</summary>
    /// <param name="hour">0 to 23, local time of the camera.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not an hour.</exception>
    public double ActivityAt(int hour) => Shrink(Hour(hour).ActiveFrames, Hour(hour).Frames, Activity);

    /// <summary>The smoothed share of frames in which a label was seen, above 0 and below 1.</summary>
    public double LabelFrequency(string label) => Smooth(_labels.GetValueOrDefault(label), FramesObserved);

    /// <summary>
    /// How often something has been where a box is: the mean of the smoothed frequencies of the grid cells that it reaches into, weighted
    /// by the area it covers of each. Above 0 and below 1; ½ when nothing was observed or the box lies outside the frame.
    /// </summary>
    /// <param name="box">In pixels of the frame.</param>
    /// <param name="width">Width of the frame in pixels, at least 1.</param>
    /// <param name="height">Height of the frame in pixels, at least 1.</param>
    /// <param name="hour">0 to 23 for that hour of the day alone, null (the default) for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, or not an hour.</exception>
    public double FrequencyAt(DetectedObject box, int width, int height, int? hour = null)
    {
        ArgumentNullException.ThrowIfNull(box);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        BaselineHour? only = hour is { } h ? Hour(h) : null;
        double sum = 0, weight = 0;
        foreach ((int cell, double share) in BaselineGrid.Overlaps(box, width, height))
        {
            double frequency = Smooth(_cells[cell], FramesObserved);
            if (only is not null)
            {
                frequency = Shrink(only.Cells.IsEmpty ? 0 : only.Cells.Span[cell], only.Frames, frequency);
            }

            sum += share * frequency;
            weight += share;
        }

        return weight > 0 ? sum / weight : Smooth(0, 0);
    }

    private static double Smooth(long count, long frames) => (count + 0.5) / (frames + 1);

    private static double Shrink(long count, long frames, double toward) => (count + (HourPrior * toward)) / (frames + HourPrior);

    private BaselineHour Hour(int hour)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hour, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(hour, Hours);
        return _hours[hour];
    }
}

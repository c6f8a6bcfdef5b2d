using System.Globalization;

namespace Guardian.Models.Datasets;

/// <summary>Counts a camera's pictures and says what is missing.</summary>
/// <remarks>
/// The seeds of the figures: 50 normal pictures are the least from which models were of use and 200 the wanted number; an hour of the day needs a handful of its
/// own, because light and traffic change from hour to hour; and several days, because one day has one weather.
/// </remarks>
internal sealed class CoverageCount(string cameraId, int required, TimeZoneInfo zone)
{
    public const string Normal = "normal";

    private const int Wanted = 200, PerHour = 3, WantedDays = 3, Bands = 5;
    private const double ManyAlike = 0.5;

    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly int[] _hours = new int[24];
    private readonly int[] _brightness = new int[Bands];
    private readonly HashSet<DateOnly> _days = [];
    private int _alike;
    private DateTimeOffset? _first;
    private DateTimeOffset? _last;

    public void Add(string label, DateTimeOffset capturedAt, int? brightness, bool isNearDuplicate)
    {
        _labels[label] = _labels.GetValueOrDefault(label) + 1;
        if (label != Normal)
        {
            return;
        }

        DateTimeOffset local = TimeZoneInfo.ConvertTime(capturedAt, zone);
        _hours[local.Hour]++;
        _days.Add(DateOnly.FromDateTime(local.DateTime));
        _first = _first is null || capturedAt < _first ? capturedAt : _first;
        _last = _last is null || capturedAt > _last ? capturedAt : _last;
        _alike += isNearDuplicate ? 1 : 0;
        if (brightness is { } value)
        {
            _brightness[Math.Min(value * Bands / 255, Bands - 1)]++;
        }
    }

    public DatasetCoverage Result() => new()
    {
        CameraId = cameraId,
        Labels = _labels,
        Hours = _hours,
        Brightness = _brightness,
        NearDuplicates = _alike,
        Days = _days.Count,
        First = _first,
        Last = _last,
        IsWorthwhile = Count >= required,
        Missing = [.. Missing()],
    };

    private int Count => _labels.GetValueOrDefault(Normal);

    private IEnumerable<string> Missing()
    {
        int count = Count;
        if (count < required)
        {
            yield return count == 0
                ? $"There are no pictures labelled normal yet. Collect at least {required}."
                : string.Create(CultureInfo.InvariantCulture, $"{count} of {required} pictures labelled normal are here. Collect at least {required - count} more.");
        }

        if (count == 0)
        {
            yield break;
        }

        foreach ((int from, int to, int have) in Gaps())
        {
            int hours = ((to - from + 23) % 24) + 1, wanted = PerHour * hours;
            string pictures = have == 0 ? "No pictures" : have == 1 ? "Only 1 picture" : $"Only {have} pictures";
            yield return string.Create(CultureInfo.InvariantCulture, $"{pictures} between {from:00}:00 and {to:00}:00. Collect at least {wanted} there.");
        }

        if (_days.Count < WantedDays)
        {
            yield return $"All pictures are of {(_days.Count == 1 ? "one day" : $"{_days.Count} days")}. Weather and light differ from day to day: collect on at least {WantedDays} days.";
        }

        if (_alike > count * ManyAlike)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{_alike} of {count} pictures look like an earlier one and teach little. Leave more time between pictures.");
        }

        if (count >= required && count < Wanted)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{count} pictures are enough to begin with. {Wanted} or more make a better model.");
        }
    }

    /// <summary>Runs of hours that have fewer than their handful, over midnight if need be: from, to (exclusive) and how many pictures they have.</summary>
    private IEnumerable<(int From, int To, int Have)> Gaps()
    {
        int start = Array.FindIndex(_hours, h => h >= PerHour);
        if (start < 0)
        {
            yield return (0, 24, Count);
            yield break;
        }

        int? from = null;
        int have = 0;
        for (int i = 1; i <= 24; i++)
        {
            int hour = (start + i) % 24;
            if (_hours[hour] < PerHour)
            {
                from ??= hour;
                have += _hours[hour];
            }
            else if (from is { } begin)
            {
                yield return (begin, hour == 0 ? 24 : hour, have);
                (from, have) = (null, 0);
            }
        }
    }
}

using System.Globalization;

namespace Guardian.Tunnel;

/// <summary>
/// Judges an edge by what is known of it, without looking at anything else.
/// <list type="number">
/// <item>Without any telemetry the level is unknown, unless its clock is wrong.</item>
/// <item>Telemetry that stays away is a reason, and the figures of the last sample do not count any more.</item>
/// <item>Else disk, memory, backlog, inference and cameras are each held against <see cref="HealthOptions"/>.</item>
/// <item>The level is that of the worst reason.</item>
/// </list>
/// </summary>
public sealed class EdgeHealthEvaluator
{
    /// <summary>A limit that was exceeded before is this much lower: a reason does not come and go with every sample.</summary>
    private const double Release = 0.95;

    /// <summary>A line must explain this much of the disk's hours to be called a pace, and span these hours.</summary>
    private const double LeastFit = 0.8, LeastHours = 3;

    private readonly HealthOptions _options;

    /// <summary>Makes a judge.</summary>
    /// <param name="options">The limits.</param>
    /// <exception cref="ArgumentException">The options are not sound; the message names every key.</exception>
    public EdgeHealthEvaluator(HealthOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options;
    }

    /// <summary>Judges.</summary>
    /// <param name="observation">What is known of the edge.</param>
    /// <param name="before">The judgement before this one, whose reasons go only once they are clearly over; null when there is none.</param>
    public EdgeHealth Evaluate(EdgeObservation observation, EdgeHealth? before = null)
    {
        ArgumentNullException.ThrowIfNull(observation);
        IReadOnlyList<HealthReason> former = before?.Reasons ?? [];
        var reasons = new List<HealthReason?> { Clock(observation, former) };
        if (observation.Newest is { } newest)
        {
            TimeSpan silence = observation.Now - newest.Sample.ReceivedAt;
            if (silence >= _options.StaleAfter)
            {
                HealthLevel level = silence >= _options.LostAfter ? HealthLevel.Unhealthy : HealthLevel.Degraded;
                reasons.Add(new HealthReason(HealthReasonCode.TelemetryStale, level, $"no telemetry for {Words(silence)}, it is due within {Words(_options.StaleAfter)}"));
            }
            else
            {
                reasons.AddRange([Disk(newest.Sample, former), DiskPace(observation, newest.Sample, former), Memory(newest.Sample, former), Backlog(observation, newest.Sample), Inference(observation, newest.Sample, former)]);
                reasons.AddRange(Cameras(observation.Now, newest));
            }
        }

        List<HealthReason> found = [.. reasons.OfType<HealthReason>().OrderByDescending(r => r.Level).ThenBy(r => r.Code).ThenBy(r => r.CameraId, StringComparer.Ordinal)];
        HealthLevel worst = found.Count > 0 ? found[0].Level : observation.Newest is null ? HealthLevel.Unknown : HealthLevel.Healthy;
        return new EdgeHealth(observation.Edge, worst, found, observation.Now);
    }

    private HealthReason? Clock(EdgeObservation observation, IReadOnlyList<HealthReason> former)
    {
        if (observation.ClockOffset is not { } offset)
        {
            return null;
        }

        double seconds = Math.Abs(offset.TotalSeconds);
        return Judge(HealthReasonCode.ClockWrong, seconds, _options.ClockDegraded.TotalSeconds, _options.ClockUnhealthy.TotalSeconds, former, limit =>
            $"its clock is {Words(offset.Duration())} {(offset > TimeSpan.Zero ? "ahead" : "behind")}, {Words(TimeSpan.FromSeconds(limit))} are allowed");
    }

    private HealthReason? Disk(TelemetrySample sample, IReadOnlyList<HealthReason> former)
    {
        if (!sample.Values.TryGetValue(TelemetryMetric.DiskUsagePercent, out double percent))
        {
            return null;
        }

        return Judge(HealthReasonCode.DiskNearlyFull, percent, _options.DiskDegradedPercent, _options.DiskUnhealthyPercent, former, limit =>
            $"its disk is {Figure(percent)} % full, the limit is {Figure(limit)} %{Free(sample)}");
    }

    private HealthReason? DiskPace(EdgeObservation observation, TelemetrySample sample, IReadOnlyList<HealthReason> former)
    {
        if (!sample.Values.TryGetValue(TelemetryMetric.DiskUsedBytes, out double used))
        {
            return null;
        }

        double total = sample.Values[TelemetryMetric.DiskTotalBytes];
        (DateTimeOffset, double)[] hours = [.. Series(observation.Hours, TelemetryMetric.DiskUsedBytes).Select(p => (p.At, p.Value.Mean))];
        if (Trend.Through(hours) is not { PerHour: > 0, Fit: >= LeastFit } trend || (hours[^1].Item1 - hours[0].Item1).TotalHours < LeastHours)
        {
            return null;
        }

        double left = (total - used) / trend.PerHour, within = _options.DiskFullWithin.TotalHours;
        return left <= (Had(former, HealthReasonCode.DiskFilling, HealthLevel.Degraded) ? within / Release : within)
            ? new HealthReason(HealthReasonCode.DiskFilling, HealthLevel.Degraded, $"its disk is full in {Figure(left)} h at {Gigabytes(trend.PerHour)} an hour, {Figure(within)} h are wanted")
            : null;
    }

    private HealthReason? Memory(TelemetrySample sample, IReadOnlyList<HealthReason> former)
    {
        if (!sample.Values.TryGetValue(TelemetryMetric.MemoryUsedBytes, out double used))
        {
            return null;
        }

        double percent = 100 * used / sample.Values[TelemetryMetric.MemoryTotalBytes];
        return Judge(HealthReasonCode.MemoryShort, percent, _options.MemoryDegradedPercent, _options.MemoryUnhealthyPercent, former, limit =>
            $"{Figure(percent)} % of its memory is in use, the limit is {Figure(limit)} %");
    }

    /// <summary>A backlog grows when its least within the last third of the window is above its greatest within the first third.</summary>
    private HealthReason? Backlog(EdgeObservation observation, TelemetrySample sample)
    {
        if (!sample.Values.TryGetValue(TelemetryMetric.EventQueueLength, out double waiting) || waiting <= _options.BacklogDegraded)
        {
            return null;
        }

        DateTimeOffset start = observation.Now - _options.Window;
        TimeSpan third = _options.Window / 3;
        (DateTimeOffset At, MetricSummary Value)[] minutes = [.. Series(observation.Minutes, TelemetryMetric.EventQueueLength).Where(p => p.At >= start - TimeSpan.FromMinutes(1))];
        MetricSummary[] first = [.. minutes.Where(p => p.At < start + third).Select(p => p.Value)], last = [.. minutes.Where(p => p.At >= start + third + third).Select(p => p.Value)];
        if (first.Length == 0 || last.Length == 0 || last.Min(m => m.Minimum) <= first.Max(m => m.Maximum))
        {
            return null;
        }

        bool isUnhealthy = waiting > _options.BacklogUnhealthy;
        int limit = isUnhealthy ? _options.BacklogUnhealthy : _options.BacklogDegraded;
        return new HealthReason(
            HealthReasonCode.BacklogGrowing,
            isUnhealthy ? HealthLevel.Unhealthy : HealthLevel.Degraded,
            $"{Figure(waiting)} events wait, up from {Figure(first.Max(m => m.Maximum))} {Words(_options.Window)} ago; above {Figure(limit)} it must not grow");
    }

    private HealthReason? Inference(EdgeObservation observation, TelemetrySample sample, IReadOnlyList<HealthReason> former)
    {
        MetricSummary[] minutes = [.. Series(observation.Minutes, TelemetryMetric.InferenceTimeMs).Where(p => p.At >= observation.Now - _options.Window).Select(p => p.Value)];

        // Before the first minute is over, its newest figure is all there is.
        double mean = minutes.Length > 0 ? minutes.Sum(m => m.Sum) / minutes.Sum(m => m.Count) : sample.Values.GetValueOrDefault(TelemetryMetric.InferenceTimeMs);
        return Judge(HealthReasonCode.InferenceSlow, mean, _options.InferenceDegradedMs, _options.InferenceUnhealthyMs, former, limit =>
            $"its model takes {Figure(mean)} ms for a picture, the limit is {Figure(limit)} ms");
    }

    private IEnumerable<HealthReason> Cameras(DateTimeOffset now, NewestTelemetry newest)
    {
        // An outage counts from when the edge last had a picture, when it says so and that is earlier.
        (string CameraId, TimeSpan For)[] offline = [.. newest.Outages
            .Select(o => (o.CameraId, For: now - Earlier(o.Since, newest.Sample.Cameras.FirstOrDefault(c => c.CameraId == o.CameraId)?.LastSeenAt)))
            .Where(o => o.For >= _options.CameraOfflineAfter)];
        HealthLevel level = offline.Length == newest.Sample.Cameras.Count ? HealthLevel.Unhealthy : HealthLevel.Degraded;
        return offline.Select(o => new HealthReason(
            HealthReasonCode.CameraOffline, level, $"camera {o.CameraId} is offline for {Words(o.For)}, {Words(_options.CameraOfflineAfter)} are allowed", o.CameraId));
    }

    private static HealthReason? Judge(HealthReasonCode code, double value, double degraded, double unhealthy, IReadOnlyList<HealthReason> former, Func<double, string> words)
    {
        bool Exceeds(double limit, HealthLevel level) => value >= (Had(former, code, level) ? limit * Release : limit);
        return Exceeds(unhealthy, HealthLevel.Unhealthy) ? new HealthReason(code, HealthLevel.Unhealthy, words(unhealthy))
            : Exceeds(degraded, HealthLevel.Degraded) ? new HealthReason(code, HealthLevel.Degraded, words(degraded))
            : null;
    }

    private static bool Had(IReadOnlyList<HealthReason> former, HealthReasonCode code, HealthLevel level) => former.Any(r => r.Code == code && r.Level >= level);

    private static IEnumerable<(DateTimeOffset At, MetricSummary Value)> Series(IReadOnlyList<TelemetryPoint> points, TelemetryMetric metric) =>
        points.Where(p => p.Values.ContainsKey(metric)).Select(p => (p.At, p.Values[metric]));

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset? b) => b < a ? b.Value : a;

    private static string Free(TelemetrySample sample) => sample.Values.TryGetValue(TelemetryMetric.DiskUsedBytes, out double used)
        ? $", {Gigabytes(sample.Values[TelemetryMetric.DiskTotalBytes] - used)} are free"
        : "";

    private static string Gigabytes(double bytes) => $"{Figure(bytes / 1e9)} GB";

    private static string Figure(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture);

    private static string Words(TimeSpan span) => span switch
    {
        { TotalSeconds: < 120 } => $"{Figure(span.TotalSeconds)} s",
        { TotalMinutes: < 120 } => $"{Figure(span.TotalMinutes)} min",
        { TotalHours: < 48 } => $"{Figure(span.TotalHours)} h",
        _ => $"{Figure(span.TotalDays)} days",
    };
}

namespace Guardian.Events;

/// <summary>Holds what an edge sent against the bounds that <see cref="IncomingEvent"/> documents.</summary>
internal static class IncomingEventRules
{
    private const int MaxFrames = 8, MaxFrameBytes = 2 << 20, MaxDetections = 64, MaxMetadata = 32, MaxKey = 64, MaxValue = 1024, MaxName = 128, MaxType = 64, MaxLabel = 64;
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    /// <summary>Null when the event is within all bounds.</summary>
    public static EventRefusal? Check(IncomingEvent e, DateTimeOffset now)
    {
        if (e.EdgeId.Length is 0 or > MaxName)
        {
            return new EventRefusal("edge_id", $"1 to {MaxName} characters are needed");
        }

        if (e.Type.Length is 0 or > MaxType || !e.Type.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-'))
        {
            return new EventRefusal("event_type", $"1 to {MaxType} characters of a-z 0-9 . _ - are needed");
        }

        if (e.OccurredAt < Earliest || e.OccurredAt > now + MaxAhead)
        {
            return new EventRefusal("timestamp", "it must be from the year 2000 to a day ahead of the node's clock");
        }

        if (e.Confidence is not (>= 0 and <= 1))
        {
            return new EventRefusal("confidence", "it must be from 0 to 1");
        }

        if (e.ModelId.Length > MaxName)
        {
            return new EventRefusal("model_version", $"at most {MaxName} characters are taken");
        }

        if (!double.IsFinite(e.AnomalyScore) || !double.IsFinite(e.AnomalyThreshold))
        {
            return new EventRefusal("anomaly_score", "score and threshold must be finite");
        }

        return CheckMetadata(e.Metadata) ?? CheckDetections(e.Detections) ?? CheckFrames(e.Frames);
    }

    private static EventRefusal? CheckMetadata(IReadOnlyDictionary<string, string> metadata) =>
        metadata.Count > MaxMetadata ? new EventRefusal("metadata", $"{metadata.Count} entries, at most {MaxMetadata} are taken")
        : metadata.Any(p => p.Key.Length > MaxKey || p.Value.Length > MaxValue) ? new EventRefusal("metadata", $"keys of at most {MaxKey} and values of at most {MaxValue} characters are taken")
        : null;

    private static EventRefusal? CheckDetections(IReadOnlyList<Detection> detections)
    {
        if (detections.Count > MaxDetections)
        {
            return new EventRefusal("detections", $"{detections.Count}, at most {MaxDetections} are taken");
        }

        bool sound = detections.All(d => d.Label.Length <= MaxLabel && d.Confidence is >= 0 and <= 1
            && double.IsFinite(d.X) && double.IsFinite(d.Y) && double.IsFinite(d.Width) && double.IsFinite(d.Height) && d is { Width: >= 0, Height: >= 0 });
        return sound ? null : new EventRefusal("detections", $"labels of at most {MaxLabel} characters, confidence from 0 to 1 and finite boxes of no negative size are needed");
    }

    private static EventRefusal? CheckFrames(IReadOnlyList<EventFrame> frames) =>
        frames.Count > MaxFrames ? new EventRefusal("frames", $"{frames.Count}, at most {MaxFrames} are taken")
        : frames.Any(f => f.Jpeg.Length is 0 or > MaxFrameBytes) ? new EventRefusal("frames", $"1 to {MaxFrameBytes} bytes a frame are taken")
        : null;
}

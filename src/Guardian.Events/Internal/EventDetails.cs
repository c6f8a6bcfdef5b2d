namespace Guardian.Events;

/// <summary>The part of an event that no query filters by, kept as JSON.</summary>
internal sealed record EventDetails(
    string ModelId, double AnomalyScore, double AnomalyThreshold, IReadOnlyList<Detection> Detections, IReadOnlyDictionary<string, string> Metadata);

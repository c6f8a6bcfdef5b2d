namespace Guardian.Events;

/// <summary>An event as an edge sent it, not yet stored.</summary>
public sealed record IncomingEvent
{
    /// <summary>The edge's own id for it; sending it again changes nothing.</summary>
    public required EventId Id { get; init; }

    /// <summary>The camera.</summary>
    public required CameraId CameraId { get; init; }

    /// <summary>The edge that sent it: 1 to 128 characters.</summary>
    public required string EdgeId { get; init; }

    /// <summary>What kind of event the edge takes it for: 1 to 64 characters of <c>a-z 0-9 . _ -</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened, by the edge's clock: from the year 2000 to a day ahead of the node's clock.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>How sure the edge is, 0 to 1.</summary>
    public double Confidence { get; init; }

    /// <summary>The model that triggered it; up to 128 characters, empty when none did.</summary>
    public string ModelId { get; init; } = "";

    /// <summary>The model's score; finite.</summary>
    public double AnomalyScore { get; init; }

    /// <summary>What the score was held against; finite.</summary>
    public double AnomalyThreshold { get; init; }

    /// <summary>What the edge saw: at most 64.</summary>
    public IReadOnlyList<Detection> Detections { get; init; } = [];

    /// <summary>Anything else the edge says: at most 32 entries, keys up to 64, values up to 1024 characters.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The pictures, oldest first: at most 8.</summary>
    public IReadOnlyList<EventFrame> Frames { get; init; } = [];
}

namespace Guardian.Events;

/// <summary>An event of the timeline, without its frames.</summary>
public sealed record StoredEvent
{
    /// <summary>Its id.</summary>
    public required EventId Id { get; init; }

    /// <summary>The camera.</summary>
    public required CameraId CameraId { get; init; }

    /// <summary>The edge that sent it.</summary>
    public required string EdgeId { get; init; }

    /// <summary>What kind of event the edge takes it for.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened, by the edge's clock.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>When it was stored, by the node's clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>How sure the edge is, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>The model that triggered it; empty when none did.</summary>
    public required string ModelId { get; init; }

    /// <summary>The model's score.</summary>
    public required double AnomalyScore { get; init; }

    /// <summary>What the score was held against.</summary>
    public required double AnomalyThreshold { get; init; }

    /// <summary>What the edge saw.</summary>
    public required IReadOnlyList<Detection> Detections { get; init; }

    /// <summary>Anything else the edge said.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>How many frames came with it.</summary>
    public required int FrameCount { get; init; }

    /// <summary>How far it has come.</summary>
    public required EventStage Stage { get; init; }

    /// <summary>The second stage's judgement; null while pending.</summary>
    public Verdict? Verdict { get; init; }
}

namespace Guardian.Analysis;

/// <summary>An event to be analysed.</summary>
public sealed record AnalysisRequest
{
    /// <summary>The camera, 1 to 128 characters.</summary>
    public required string CameraId { get; init; }

    /// <summary>What kind of event the edge takes it for, at most 64 characters.</summary>
    public required string EventType { get; init; }

    /// <summary>When it happened; the camera's local hour is derived from it.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The pictures, oldest first: at most <see cref="AnalysisOptions.MaxFrames"/>. Default none.</summary>
    public IReadOnlyList<FrameInput> Frames { get; init; } = [];

    /// <summary>How sure the edge is, 0 to 1. Default 0.</summary>
    public double EdgeConfidence { get; init; }

    /// <summary>The score of the edge's own model; finite. Default 0.</summary>
    public double EdgeScore { get; init; }

    /// <summary>What the edge held its score against; finite. 0 (the default) or less: the edge has no score.</summary>
    public double EdgeThreshold { get; init; }

    /// <summary>What the edge saw: at most 1000. Default none.</summary>
    public IReadOnlyList<DetectedObject> EdgeDetections { get; init; } = [];
}

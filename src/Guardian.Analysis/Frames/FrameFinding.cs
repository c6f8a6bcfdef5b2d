namespace Guardian.Analysis;

/// <summary>What was found in one frame. The pixels themselves are gone by then, so that an event takes no more memory than one frame.</summary>
public sealed record FrameFinding
{
    /// <summary>When it was taken, by the edge's clock.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>Width in pixels, at least 1.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, at least 1.</summary>
    public required int Height { get; init; }

    /// <summary>Whether there was anything to see.</summary>
    public required FrameQuality Quality { get; init; }

    /// <summary>What the model says; null when it did not score this frame.</summary>
    public AnomalyMap? Map { get; init; }

    /// <summary>What the detector found.</summary>
    public IReadOnlyList<DetectedObject> Objects { get; init; } = [];

    /// <summary>True when the model scored it above its threshold.</summary>
    public bool IsAnomalous => Map?.IsAnomalous == true;

    /// <summary>
    /// The objects that speak for an anomaly: all of a frame above the threshold; below it, or without a model, only those with a label of
    /// their own, because a <see cref="DetectedObject.Region"/> is nothing but the model's own deviation.
    /// </summary>
    public IReadOnlyList<DetectedObject> Evidence => IsAnomalous ? Objects : [.. Objects.Where(o => o.Label != DetectedObject.Region)];
}

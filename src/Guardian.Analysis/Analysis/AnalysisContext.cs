namespace Guardian.Analysis;

/// <summary>Everything that is known about an event when it is judged.</summary>
public sealed record AnalysisContext
{
    private const double MaxStrength = 1e6;

    /// <summary>The event as it came, within its bounds.</summary>
    public required AnalysisRequest Request { get; init; }

    /// <summary>The camera's local hour of the event, 0 to 23.</summary>
    public required int LocalHour { get; init; }

    /// <summary>What was found in the frames that could be read, in their order.</summary>
    public required IReadOnlyList<FrameFinding> Frames { get; init; }

    /// <summary>What is normal for the camera; may be empty.</summary>
    public required CameraBaseline Baseline { get; init; }

    /// <summary>True when the node's model scored at least one frame.</summary>
    public bool HasModel => Frames.Any(f => f.Map is not null);

    /// <summary>
    /// The frame to judge by: of those above the threshold the one with the highest score ÷ threshold; if there is none, one with
    /// <see cref="FrameFinding.Evidence"/>, then the highest score ÷ threshold, then the most objects, the earliest of equals. Null without
    /// frames.
    /// </summary>
    public FrameFinding? Strongest => Frames
        .OrderByDescending(f => f.IsAnomalous ? f.Map!.Strength : 0)
        .ThenByDescending(f => f.Evidence.Count > 0)
        .ThenByDescending(f => f.Map?.Strength ?? -1)
        .ThenByDescending(f => f.Objects.Count)
        .FirstOrDefault();

    /// <summary>The map with the highest score ÷ threshold of all frames; null when no frame was scored.</summary>
    public AnomalyMap? StrongestMap => Frames.Select(f => f.Map).OfType<AnomalyMap>().MaxBy(m => m.Strength);

    /// <summary>Highest score ÷ threshold of all frames, above 1 is anomalous; null when no frame was scored.</summary>
    public double? Strength => StrongestMap?.Strength;

    /// <summary>Frames that the model scored above its threshold.</summary>
    public int AnomalousFrames => Frames.Count(f => f.IsAnomalous);

    /// <summary>The edge's score ÷ its threshold, 0 to 1 000 000; null when the edge has no score.</summary>
    public double? EdgeStrength => Request.EdgeThreshold > 0 ? Math.Clamp(Request.EdgeScore / Request.EdgeThreshold, 0, MaxStrength) : null;
}

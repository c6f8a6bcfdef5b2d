namespace Guardian.Analysis;

/// <summary>One normal frame of a camera, as its baseline learns from it.</summary>
public sealed record BaselineObservation
{
    /// <summary>Names the frame for this camera: 1 to 256 characters. A name that has been observed is not counted again.</summary>
    public required string SourceId { get; init; }

    /// <summary>When it was taken; the hour of the day is derived from it.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>What was in it, empty for a frame with nothing: at most 1000.</summary>
    public required IReadOnlyList<DetectedObject> Objects { get; init; }

    /// <summary>Width of the frame in pixels, 1 to 16384.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the frame in pixels, 1 to 16384.</summary>
    public required int Height { get; init; }
}

namespace Guardian.Analysis;

/// <summary>A frame as detectors see it.</summary>
/// <param name="Image">The pixels.</param>
/// <param name="Map">What the camera's model says about it; null when there is none.</param>
/// <param name="CapturedAt">When it was taken, by the edge's clock.</param>
public sealed record AnalysisFrame(FrameImage Image, AnomalyMap? Map, DateTimeOffset CapturedAt);

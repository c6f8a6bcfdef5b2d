namespace Guardian.Analysis;

/// <summary>A frame of an event as it came.</summary>
/// <param name="Jpeg">The picture as JPEG; one that cannot be read is reported among the problems.</param>
/// <param name="CapturedAt">When it was taken, by the edge's clock.</param>
public sealed record FrameInput(ReadOnlyMemory<byte> Jpeg, DateTimeOffset CapturedAt);

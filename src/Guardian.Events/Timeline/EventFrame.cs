namespace Guardian.Events;

/// <summary>One picture of an event. It is kept until the event is released, then removed.</summary>
/// <param name="Jpeg">The picture as JPEG, 1 byte to 2 MiB.</param>
/// <param name="CapturedAt">When it was taken, by the edge's clock.</param>
public sealed record EventFrame(ReadOnlyMemory<byte> Jpeg, DateTimeOffset CapturedAt);

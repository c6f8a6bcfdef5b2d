namespace Guardian.EdgeSimulator.Cameras;

/// <summary>One picture of a camera.</summary>
/// <param name="Jpeg">The picture.</param>
/// <param name="CapturedAt">When it was taken.</param>
internal sealed record CameraFrame(byte[] Jpeg, DateTimeOffset CapturedAt);

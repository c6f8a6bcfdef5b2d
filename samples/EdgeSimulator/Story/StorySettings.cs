namespace Guardian.EdgeSimulator.Story;

/// <summary>What the edge is to do.</summary>
internal sealed record StorySettings(string Credentials, string Work, string CameraId, string? Video, int Snapshots, int QuietFrames, bool Once);

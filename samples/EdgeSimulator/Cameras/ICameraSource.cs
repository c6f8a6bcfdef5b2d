namespace Guardian.EdgeSimulator.Cameras;

/// <summary>What a camera shows in the story: normal scenes to learn from, normal scenes it has not seen, and an event.</summary>
internal interface ICameraSource
{
    /// <summary>How it is connected: <c>rendered</c>, <c>file</c> or <c>rtsp</c>.</summary>
    string Type { get; }

    /// <summary>Frames per second of <see cref="EventFrames"/>.</summary>
    int EventFramesPerSecond { get; }

    /// <summary>Normal frames to learn from, in order of time.</summary>
    IEnumerable<CameraFrame> NormalFrames(int count);

    /// <summary>Normal frames that are not among those to learn from.</summary>
    IEnumerable<CameraFrame> QuietFrames(int count);

    /// <summary>A few seconds in which a person walks in.</summary>
    IEnumerable<CameraFrame> EventFrames();
}

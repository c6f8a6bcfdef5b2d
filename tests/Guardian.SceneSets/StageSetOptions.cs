namespace Guardian.SceneSets;

/// <summary>How much of a stage is rendered, and when.</summary>
internal sealed record StageSetOptions
{
    public int TrainingFrames { get; init; } = 300;

    public int NormalFrames { get; init; } = 400;

    public int EventsPerKind { get; init; } = 6;

    public int FramesPerEvent { get; init; } = 4;

    /// <summary>Hour of the first frame, 0 to 24.</summary>
    public double FirstHour { get; init; }

    /// <summary>Hour of the last frame; above 24 is the next day.</summary>
    public double LastHour { get; init; } = 24;

    /// <summary>JPEG quality.</summary>
    public int Quality { get; init; } = 80;

    public int Seed { get; init; } = 1;
}

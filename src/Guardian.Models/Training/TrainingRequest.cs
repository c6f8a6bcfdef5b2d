namespace Guardian.Models;

/// <summary>What to train a model on.</summary>
public sealed record TrainingRequest
{
    /// <summary>The camera, 1 to 128 of <c>A-Z a-z 0-9 . _ : -</c>.</summary>
    public required string CameraId { get; init; }

    /// <summary>Normal frames of that camera in capture order, at least <see cref="TrainingOptions.MinImages"/> readable ones. See <see cref="TrainingImages"/>.</summary>
    public required IAsyncEnumerable<TrainingImage> Images { get; init; }

    /// <summary>How to train.</summary>
    public TrainingOptions Options { get; init; } = new();
}

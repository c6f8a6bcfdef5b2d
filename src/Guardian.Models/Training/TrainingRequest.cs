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

    /// <summary>
    /// Where the training keeps its state after an epoch, to go on from there after a kill; null keeps none. A file of a training with other frames or options is
    /// passed over and replaced. A training that goes on gives the same model as one that was never interrupted. The file stays until its owner removes it.
    /// </summary>
    public string? CheckpointFile { get; init; }

    /// <summary>The least time between two checkpoints: zero (after every epoch) to 1 day. Default 15 seconds; a checkpoint has about 50 MB at the default sizes.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(15);
}

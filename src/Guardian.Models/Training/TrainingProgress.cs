namespace Guardian.Models;

/// <summary>Where a training run stands, reported after every epoch.</summary>
public sealed record TrainingProgress
{
    /// <summary>Epochs done, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>Mean squared error over this epoch's training frames, pixel values being 0 to 1.</summary>
    public required double Loss { get; init; }

    /// <summary>The same for the held-out frames, measured after the epoch.</summary>
    public required double ValidationError { get; init; }

    /// <summary>Adam's step size in the epoch's last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Time since the start, in seconds.</summary>
    public required double SecondsElapsed { get; init; }

    /// <summary>An estimate of the time to the last epoch, in seconds; early stopping makes it shorter.</summary>
    public required double SecondsLeft { get; init; }
}

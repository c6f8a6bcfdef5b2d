namespace Guardian.Models;

/// <summary>What a training run measured. Errors are mean squared errors of pixel values from 0 to 1.</summary>
public sealed record TrainingMetrics
{
    /// <summary>Frames the weights were fitted on.</summary>
    public required int TrainingImages { get; init; }

    /// <summary>Frames held out.</summary>
    public required int ValidationImages { get; init; }

    /// <summary>Frames that could not be read and were left out.</summary>
    public required int SkippedImages { get; init; }

    /// <summary>Epochs that were run.</summary>
    public required int EpochsRun { get; init; }

    /// <summary>The epoch whose weights were kept, from 1.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Error on the training frames in the last epoch.</summary>
    public required double TrainingError { get; init; }

    /// <summary>Error on the held-out frames in the best epoch.</summary>
    public required double ValidationError { get; init; }

    /// <summary>Mean of the held-out frames' scores, each by what other frames say is normal.</summary>
    public required double HeldOutScoreMean { get; init; }

    /// <summary>Standard deviation of those scores.</summary>
    public required double HeldOutScoreDeviation { get; init; }

    /// <summary>The largest of those scores.</summary>
    public required double HeldOutScoreMax { get; init; }

    /// <summary>Wall-clock time of the whole run, in seconds.</summary>
    public required double Seconds { get; init; }
}

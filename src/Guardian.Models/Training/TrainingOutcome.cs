namespace Guardian.Models.Training;

/// <summary>The best weights of a run.</summary>
internal sealed record TrainingOutcome(
    IReadOnlyDictionary<string, float[]> Parameters,
    int EpochsRun,
    int BestEpoch,
    double TrainingError,
    double ValidationError);

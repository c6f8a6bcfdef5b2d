namespace Guardian.Models.Training;

/// <summary>The best weights of a run and what they do on the held-out frames.</summary>
internal sealed record TrainingOutcome(
    IReadOnlyDictionary<string, float[]> Parameters,
    float[][] PatchErrors,
    int EpochsRun,
    int BestEpoch,
    double TrainingError,
    double ValidationError);

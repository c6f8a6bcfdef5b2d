namespace Guardian.Models;

/// <summary>The right to work on a job until the lease runs out; progress reports renew it.</summary>
/// <param name="Job">The job as it was when leased.</param>
/// <param name="Token">Tells this lease from an earlier or later one of the same job.</param>
/// <param name="CheckpointFile">Where the training keeps its checkpoint, for <see cref="TrainingRequest.CheckpointFile"/>. It goes when the job ends.</param>
public sealed record TrainingJobLease(TrainingJob Job, Guid Token, string CheckpointFile);

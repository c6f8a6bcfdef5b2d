namespace Guardian.Models;

/// <summary>The right to work on a job until the lease runs out; progress reports renew it.</summary>
/// <param name="Job">The job as it was when leased.</param>
/// <param name="Token">Tells this lease from an earlier or later one of the same job.</param>
public sealed record TrainingJobLease(TrainingJob Job, Guid Token);

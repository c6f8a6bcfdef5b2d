using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Jobs;

public sealed class TrainingJobsTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    [Fact(Timeout = 60_000)]
    public async Task ordering_twice_gives_one_job_until_it_has_ended()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        TrainingJob first = await jobs.EnqueueAsync("cam-1", default);
        Assert.Equal(first.JobId, (await jobs.EnqueueAsync("cam-1", default)).JobId);
        TrainingJobLease? lease = await jobs.LeaseNextAsync(Lease, default);
        Assert.Equal(first.JobId, (await jobs.EnqueueAsync("cam-1", default)).JobId);
        Assert.True(await jobs.CompleteAsync(lease!, "model-1", default));
        Assert.NotEqual(first.JobId, (await jobs.EnqueueAsync("cam-1", default)).JobId);
        Assert.Equal(2, (await jobs.ListAsync(10, default)).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task every_job_is_leased_once()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        TrainingJob a = await jobs.EnqueueAsync("cam-a", default), b = await jobs.EnqueueAsync("cam-b", default);
        TrainingJobLease?[] leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => jobs.LeaseNextAsync(Lease, default)));
        Assert.Equal([a.JobId, b.JobId], leases.Where(l => l is not null).OrderBy(l => l!.Job.CameraId, StringComparer.Ordinal).Select(l => l!.Job.JobId));
    }

    [Fact(Timeout = 60_000)]
    public async Task the_oldest_job_is_leased_first()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        foreach (string camera in new[] { "cam-z", "cam-a", "cam-m" })
        {
            await jobs.EnqueueAsync(camera, default);
        }

        Assert.Equal("cam-z", (await jobs.LeaseNextAsync(Lease, default))!.Job.CameraId);
        Assert.Equal("cam-a", (await jobs.LeaseNextAsync(Lease, default))!.Job.CameraId);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_diverging_training_can_report_that_its_loss_is_not_a_number()
    {
        await using var store = new Store();
        await store.Models.Jobs.EnqueueAsync("cam-1", default);
        TrainingJobLease lease = (await store.Models.Jobs.LeaseNextAsync(Lease, default))!;
        Assert.True(await store.Models.Jobs.ReportProgressAsync(lease, Progress(1) with { Loss = double.NaN }, Lease, default));
        Assert.True(double.IsNaN((await store.Models.Jobs.GetLatestAsync("cam-1", default))!.Progress!.Loss));
    }

    [Fact(Timeout = 60_000)]
    public async Task progress_is_stored_and_keeps_the_lease()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        await jobs.EnqueueAsync("cam-1", default);
        TrainingJobLease lease = (await jobs.LeaseNextAsync(Lease, default))!;
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            store.Clock.Advance(TimeSpan.FromSeconds(90));
            Assert.True(await jobs.ReportProgressAsync(lease, Progress(epoch), Lease, default));
            Assert.Null(await jobs.LeaseNextAsync(Lease, default));
        }

        await store.RestartAsync();
        TrainingJob? job = await store.Models.Jobs.GetLatestAsync("cam-1", default);
        Assert.Equal(Progress(3), job!.Progress);
        Assert.Equal(TrainingJobState.Running, job.State);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_killed_worker_loses_its_lease_and_the_job_runs_again()
    {
        await using var store = new Store();
        await store.Models.Jobs.EnqueueAsync("cam-1", default);
        TrainingJobLease dead = (await store.Models.Jobs.LeaseNextAsync(Lease, default))!;
        await store.RestartAsync();
        ITrainingJobs jobs = store.Models.Jobs;
        Assert.Null(await jobs.LeaseNextAsync(Lease, default));
        store.Clock.Advance(Lease + TimeSpan.FromSeconds(1));
        TrainingJobLease again = (await jobs.LeaseNextAsync(Lease, default))!;
        Assert.Equal((dead.Job.JobId, 2), (again.Job.JobId, again.Job.Attempts));
        Assert.False(await jobs.ReportProgressAsync(dead, Progress(1), Lease, default));
        Assert.False(await jobs.CompleteAsync(dead, "model-1", default));
        Assert.True(await jobs.CompleteAsync(again, "model-2", default));
        TrainingJob? job = await jobs.GetLatestAsync("cam-1", default);
        Assert.Equal((TrainingJobState.Succeeded, "model-2"), (job!.State, job.ModelId));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_job_that_ends_its_process_three_times_fails()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        await jobs.EnqueueAsync("cam-1", default);
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(attempt, (await jobs.LeaseNextAsync(Lease, default))!.Job.Attempts);
            store.Clock.Advance(Lease + TimeSpan.FromSeconds(1));
        }

        Assert.Null(await jobs.LeaseNextAsync(Lease, default));
        TrainingJob? job = await jobs.GetLatestAsync("cam-1", default);
        Assert.Equal(TrainingJobState.Failed, job!.State);
        Assert.Contains("3 times", job.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_failure_keeps_its_reason_within_bounds()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        await jobs.EnqueueAsync("cam-1", default);
        TrainingJobLease lease = (await jobs.LeaseNextAsync(Lease, default))!;
        Assert.True(await jobs.FailAsync(lease, new string('e', 5000), default));
        Assert.Equal(1000, (await jobs.GetLatestAsync("cam-1", default))!.Error!.Length);
        Assert.False(await jobs.FailAsync(lease, "again", default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => jobs.LeaseNextAsync(TimeSpan.Zero, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => jobs.ListAsync(0, default));
    }

    private static TrainingProgress Progress(int epoch) => new()
    {
        Epoch = epoch,
        Epochs = 40,
        Loss = 0.01,
        ValidationError = 0.02,
        SecondsElapsed = epoch,
        SecondsLeft = 40 - epoch,
    };
}

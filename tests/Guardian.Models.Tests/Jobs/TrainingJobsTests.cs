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
        await using var store = new Store(o => o.MaxTrainings = 4);
        ITrainingJobs jobs = store.Models.Jobs;
        TrainingJob a = await jobs.EnqueueAsync("cam-a", default), b = await jobs.EnqueueAsync("cam-b", default);
        TrainingJobLease?[] leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => jobs.LeaseNextAsync(Lease, default)));
        Assert.Equal([a.JobId, b.JobId], leases.Where(l => l is not null).OrderBy(l => l!.Job.CameraId, StringComparer.Ordinal).Select(l => l!.Job.JobId));
    }

    [Fact(Timeout = 60_000)]
    public async Task the_oldest_job_is_leased_first()
    {
        await using var store = new Store(o => o.MaxTrainings = 4);
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

    [Fact(Timeout = 60_000)]
    public async Task one_training_runs_at_a_time()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        await jobs.EnqueueAsync("cam-a", default);
        await jobs.EnqueueAsync("cam-b", default);
        TrainingJobLease a = (await jobs.LeaseNextAsync(Lease, default))!;
        Assert.Null(await jobs.LeaseNextAsync(Lease, default));
        Assert.True(await jobs.FailAsync(a, "no", default));
        Assert.Equal("cam-b", (await jobs.LeaseNextAsync(Lease, default))!.Job.CameraId);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_job_of_higher_priority_is_leased_first_and_a_second_order_can_raise_it()
    {
        await using var store = new Store(o => o.MaxTrainings = 4);
        ITrainingJobs jobs = store.Models.Jobs;
        await jobs.EnqueueAsync("cam-a", default);
        await jobs.EnqueueAsync("cam-b", 5, default);
        await jobs.EnqueueAsync("cam-c", -1, default);
        Assert.Equal(7, (await jobs.EnqueueAsync("cam-c", 7, default)).Priority);
        Assert.Equal(7, (await jobs.EnqueueAsync("cam-c", 0, default)).Priority);
        var order = new List<string>();
        while (await jobs.LeaseNextAsync(Lease, default) is { } lease)
        {
            order.Add(lease.Job.CameraId);
        }

        Assert.Equal(["cam-c", "cam-b", "cam-a"], order);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => jobs.EnqueueAsync("cam-d", 101, default));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_waiting_job_that_is_cancelled_is_never_leased()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        TrainingJob job = await jobs.EnqueueAsync("cam-1", default);
        Assert.True(await jobs.CancelAsync(job.JobId, default));
        Assert.False(await jobs.CancelAsync(job.JobId, default));
        Assert.False(await jobs.CancelAsync("no such job", default));
        Assert.Null(await jobs.LeaseNextAsync(Lease, default));
        Assert.Equal(TrainingJobState.Cancelled, (await jobs.GetAsync(job.JobId, default))!.State);
        Assert.NotEqual(job.JobId, (await jobs.EnqueueAsync("cam-1", default)).JobId);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_running_job_that_is_cancelled_loses_its_lease_and_its_checkpoint()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        await jobs.EnqueueAsync("cam-1", default);
        TrainingJobLease lease = (await jobs.LeaseNextAsync(Lease, default))!;
        await File.WriteAllTextAsync(lease.CheckpointFile, "state");
        Assert.True(await jobs.RenewAsync(lease, Lease, default));
        Assert.True(await jobs.CancelAsync(lease.Job.JobId, default));
        Assert.False(await jobs.RenewAsync(lease, Lease, default));
        Assert.False(await jobs.ReportProgressAsync(lease, Progress(1), Lease, default));
        Assert.False(await jobs.CompleteAsync(lease, "model-1", default));
        Assert.False(File.Exists(lease.CheckpointFile));
    }

    [Fact(Timeout = 60_000)]
    public async Task renewing_keeps_the_lease()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        await jobs.EnqueueAsync("cam-1", default);
        TrainingJobLease lease = (await jobs.LeaseNextAsync(Lease, default))!;
        for (int i = 0; i < 3; i++)
        {
            store.Clock.Advance(Lease * 0.9);
            Assert.True(await jobs.RenewAsync(lease, Lease, default));
            Assert.Null(await jobs.LeaseNextAsync(Lease, default));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_job_that_comes_further_each_time_is_not_given_up()
    {
        await using var store = new Store();
        ITrainingJobs jobs = store.Models.Jobs;
        await jobs.EnqueueAsync("cam-1", default);
        for (int attempt = 1; attempt <= 6; attempt++)
        {
            TrainingJobLease lease = (await jobs.LeaseNextAsync(Lease, default))!;
            Assert.Equal(attempt, lease.Job.Attempts);
            Assert.True(await jobs.ReportProgressAsync(lease, Progress(attempt), Lease, default));
            store.Clock.Advance(Lease + TimeSpan.FromSeconds(1));
        }

        for (int attempt = 1; attempt <= 3; attempt++)
        {
            if (await jobs.LeaseNextAsync(Lease, default) is { } lease)
            {
                Assert.True(await jobs.ReportProgressAsync(lease, Progress(6), Lease, default));
            }

            store.Clock.Advance(Lease + TimeSpan.FromSeconds(1));
        }

        Assert.Null(await jobs.LeaseNextAsync(Lease, default));
        Assert.Equal(TrainingJobState.Failed, (await jobs.GetLatestAsync("cam-1", default))!.State);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_checkpoint_stays_while_its_job_is_open_and_goes_at_the_start_when_it_has_ended()
    {
        await using var store = new Store();
        await store.Models.Jobs.EnqueueAsync("cam-1", default);
        TrainingJobLease lease = (await store.Models.Jobs.LeaseNextAsync(Lease, default))!;
        await File.WriteAllTextAsync(lease.CheckpointFile, "state");
        await store.RestartAsync();
        Assert.True(File.Exists(lease.CheckpointFile));
        Assert.True(await store.Models.Jobs.CompleteAsync(lease, "model-1", default));
        Assert.False(File.Exists(lease.CheckpointFile));
        await File.WriteAllTextAsync(lease.CheckpointFile, "written by a worker that did not know yet");
        await store.RestartAsync();
        Assert.False(File.Exists(lease.CheckpointFile));
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

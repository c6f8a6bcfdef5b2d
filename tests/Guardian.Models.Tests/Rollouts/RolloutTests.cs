using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Rollouts;

public sealed class RolloutTests
{
    private static readonly RolloutPlan Careful = new() { CanaryCount = 1, Wait = TimeSpan.FromMinutes(10), Gates = new RolloutGates { MinFrames = 100 } };

    [Fact(Timeout = 60_000)]
    public async Task a_model_goes_to_one_canary_then_after_the_wait_to_all()
    {
        await using var site = await Site.CreateAsync(5);
        Rollout rollout = await site.StartAsync(Careful);
        Assert.Equal(RolloutPhase.Canary, rollout.Phase);
        RolloutTarget canary = Assert.Single(rollout.Targets, t => t.State == RolloutTargetState.Assigned);
        Assert.True(canary.IsCanary);
        await site.ReportAsync(canary);
        await site.AdvanceAsync(TimeSpan.FromMinutes(9));
        Assert.Equal(RolloutPhase.Canary, (await site.GetAsync(rollout)).Phase);
        await site.AdvanceAsync(TimeSpan.FromMinutes(2));
        rollout = await site.GetAsync(rollout);
        Assert.Equal((RolloutPhase.Everyone, 4), (rollout.Phase, rollout.Counts[RolloutTargetState.Assigned]));
        await site.ReportAllAsync(rollout);
        await site.AdvanceAsync(TimeSpan.FromMinutes(11));
        rollout = await site.GetAsync(rollout);
        Assert.Equal((RolloutPhase.Completed, 5), (rollout.Phase, rollout.Counts[RolloutTargetState.Active]));
        Assert.All(await site.Distributor.AssignmentsAsync(default), a => Assert.Equal((site.Next.ModelId, site.First.ModelId), (a.ModelId, a.PreviousModelId)));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_canary_that_cannot_load_the_model_ends_it_and_nobody_else_gets_it()
    {
        await using var site = await Site.CreateAsync(4);
        Rollout rollout = await site.StartAsync(Careful);
        await site.ReportAsync(rollout.Targets.First(t => t.IsCanary), new DeploymentReport { Success = false, Error = "out of memory" });
        await site.AdvanceAsync(TimeSpan.Zero);
        rollout = await site.GetAsync(rollout);
        Assert.Equal(RolloutPhase.RolledBack, rollout.Phase);
        Assert.Contains("failures", rollout.Reason, StringComparison.Ordinal);
        Assert.Equal("out of memory", rollout.Targets.First(t => t.IsCanary).Reason);
        Assert.Equal(3, rollout.Counts[RolloutTargetState.Skipped]);
        Assert.All(await site.Distributor.AssignmentsAsync(default), a => Assert.Equal(site.First.ModelId, a.ModelId));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_probe_that_does_not_agree_rolls_back_by_that_gate()
    {
        await using var site = await Site.CreateAsync(3);
        Rollout rollout = await site.StartAsync(Careful with { CanaryCount = 3, Gates = new RolloutGates { MaxFailureShare = 1 } });
        await site.ReportAsync(rollout.Targets[0]);
        await site.ReportAsync(rollout.Targets[1], new DeploymentReport { Success = true, Sha256 = site.Next.Sha256, ProbeScore = site.Next.ProbeScore * 2 });
        await site.AdvanceAsync(TimeSpan.Zero);
        rollout = await site.GetAsync(rollout);
        Assert.Equal(RolloutPhase.RollingBack, rollout.Phase);
        Assert.StartsWith("probe:", rollout.Reason, StringComparison.Ordinal);
        Assert.Equal([RolloutTargetState.Restoring, RolloutTargetState.Failed, RolloutTargetState.Restored], rollout.Targets.Select(t => t.State));
        await site.ReportAsync(rollout.Targets[0], Site.Success(site.First));
        await site.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal(RolloutPhase.RolledBack, (await site.GetAsync(rollout)).Phase);
        Assert.All(await site.Distributor.AssignmentsAsync(default), a => Assert.Equal(site.First.ModelId, a.ModelId));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(50, 0.02, "false alarms")]
    [InlineData(2, 0.5, "latency")]
    public async Task figures_that_are_worse_than_the_previous_versions_roll_back_by_themselves(int alarms, double secondsPerFrame, string gate)
    {
        await using var site = await Site.CreateAsync(2);
        await site.CountAsync(frames: 1000, alarms: 5, secondsPerFrame: 0.02);
        Rollout rollout = await site.StartAsync(Careful);
        RolloutTarget canary = rollout.Targets.First(t => t.IsCanary);
        await site.ReportAsync(canary);
        await site.CountAsync(frames: 1000, alarms, secondsPerFrame);
        await site.RestartAsync();
        await site.AdvanceAsync(TimeSpan.FromMinutes(1));
        rollout = await site.GetAsync(rollout);
        Assert.Equal(RolloutPhase.RollingBack, rollout.Phase);
        Assert.StartsWith(gate, rollout.Reason, StringComparison.Ordinal);
        canary = rollout.Targets.First(t => t.IsCanary);
        Assert.Equal((1000, 1000), (canary.Figures.Frames, canary.PreviousFigures.Frames));
        await site.ReportAsync(canary, Site.Success(site.First));
        await site.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal(RolloutPhase.RolledBack, (await site.GetAsync(rollout)).Phase);
    }

    [Fact(Timeout = 60_000)]
    public async Task figures_as_good_as_before_let_it_go_on()
    {
        await using var site = await Site.CreateAsync(2);
        await site.CountAsync(frames: 1000, alarms: 10, secondsPerFrame: 0.02);
        Rollout rollout = await site.StartAsync(Careful with { Gates = Careful.Gates with { RequireFrames = true } });
        await site.ReportAsync(rollout.Targets.First(t => t.IsCanary));
        await site.AdvanceAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(RolloutPhase.Canary, (await site.GetAsync(rollout)).Phase);
        await site.CountAsync(frames: 1000, alarms: 15, secondsPerFrame: 0.03);
        await site.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal(RolloutPhase.Everyone, (await site.GetAsync(rollout)).Phase);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_first_model_that_fails_its_gate_is_withdrawn()
    {
        await using var site = await Site.CreateAsync(1, withPrevious: false);
        Rollout rollout = await site.StartAsync(Careful);
        await site.ReportAllAsync(rollout);
        rollout = (await site.Distributor.RollBackAsync(rollout.RolloutId, "operator: it is noisy", default))!;
        ModelDeployment withdrawal = Assert.Single(await site.Distributor.PendingForEdgeAsync("edge-0", default));
        Assert.True(withdrawal.IsWithdrawal);
        await site.Distributor.ReportAsync(withdrawal.DeploymentId, "edge-0", new DeploymentReport { Success = true }, default);
        await site.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal(RolloutPhase.RolledBack, (await site.GetAsync(rollout)).Phase);
        Assert.Empty(await site.Distributor.AssignmentsAsync(default));
        Assert.Equal(ModelStatus.Archived, (await site.Catalog.GetAsync(site.Next.ModelId, default))!.Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_paused_rollout_gives_the_model_to_nobody_new_until_it_is_resumed()
    {
        await using var site = await Site.CreateAsync(3);
        Rollout rollout = await site.StartAsync(Careful);
        await site.ReportAllAsync(rollout);
        await site.Distributor.SetPausedAsync(rollout.RolloutId, true, default);
        await site.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, (await site.GetAsync(rollout)).Counts[RolloutTargetState.Waiting]);
        await site.RestartAsync();
        rollout = (await site.Distributor.SetPausedAsync(rollout.RolloutId, false, default))!;
        Assert.Equal((RolloutPhase.Everyone, 2), (rollout.Phase, rollout.Counts[RolloutTargetState.Assigned]));
        Assert.Null(await site.Distributor.SetPausedAsync("nothing", true, default));
    }

    [Fact(Timeout = 60_000)]
    public async Task what_an_edge_cannot_run_and_a_pinned_camera_are_left_out_with_the_reason()
    {
        await using var site = await Site.CreateAsync(4);
        await site.Distributor.RecordRuntimeAsync("edge-0", new EdgeRuntime { Runtime = "ONNX Runtime 1.10", MaxOpset = 15 }, default);
        await site.Distributor.RecordRuntimeAsync("edge-1", new EdgeRuntime { MemoryBytes = 1000 }, default);
        await site.Distributor.SetPinAsync("cam-2", "court order", "operator", default);
        Rollout rollout = await site.StartAsync(RolloutPlan.AtOnce);
        Assert.Equal([RolloutTargetState.Skipped, RolloutTargetState.Skipped, RolloutTargetState.Skipped, RolloutTargetState.Assigned], rollout.Targets.Select(t => t.State));
        Assert.Contains("needs 18", rollout.Targets[0].Reason, StringComparison.Ordinal);
        Assert.Contains("memory", rollout.Targets[1].Reason, StringComparison.Ordinal);
        Assert.Contains("court order", rollout.Targets[2].Reason, StringComparison.Ordinal);
        Assert.Equal("cam-2", Assert.Single(await site.Distributor.PinsAsync(default)).CameraId);
        await site.Distributor.SetPinAsync("cam-2", null, "operator", default);
        Assert.Empty(await site.Distributor.PinsAsync(default));
    }

    [Fact(Timeout = 60_000)]
    public async Task two_models_are_compared_and_the_chosen_one_goes_to_the_rest()
    {
        await using var site = await Site.CreateAsync(40);
        Rollout rollout = await site.Distributor.StartAsync(
            new RolloutRequest
            {
                Name = "a or b",
                Actor = "operator",
                Targets = [.. Enumerable.Range(0, 40).Select(i => new RolloutTargetRequest($"edge-{i}", $"cam-{i}", site.First.ModelId, site.Next.ModelId))],
                Plan = new RolloutPlan { AlternativeShare = 0.5 },
            },
            default);
        Assert.Equal(RolloutPhase.Comparing, rollout.Phase);
        Assert.InRange(rollout.Targets.Count(t => t.Arm == "B"), 8, 32);
        await site.ReportAllAsync(rollout);
        await site.CountAsync(frames: 100, alarms: 1, secondsPerFrame: 0.01);
        rollout = await site.GetAsync(rollout);
        Assert.Equal(100 * rollout.Targets.Count(t => t.Arm == "B"), rollout.FiguresByArm()["B"].Frames);
        Rollout chosen = (await site.Distributor.ConcludeAsync(rollout.RolloutId, "B", "operator", default))!;
        Assert.Equal(rollout.Targets.Count(t => t.Arm == "A"), chosen.Targets.Count);
        await site.ReportAllAsync(chosen);
        Assert.All(await site.Distributor.AssignmentsAsync(default), a => Assert.Equal(site.Next.ModelId, a.ModelId));
        await Assert.ThrowsAsync<ModelException>(() => site.Distributor.ConcludeAsync(rollout.RolloutId, "A", "operator", default));
    }

    [Fact(Timeout = 60_000)]
    public async Task a_later_rollout_takes_over_and_the_earlier_one_lets_go()
    {
        await using var site = await Site.CreateAsync(2);
        Rollout earlier = await site.StartAsync(Careful);
        Rollout later = await site.StartAsync(RolloutPlan.AtOnce, site.Third);
        Assert.Equal(2, (await site.GetAsync(earlier)).Counts[RolloutTargetState.TakenOver]);
        await site.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(RolloutPhase.Completed, (await site.GetAsync(earlier)).Phase);
        await site.ReportAllAsync(later, site.Third);
        await site.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal(RolloutPhase.Completed, (await site.GetAsync(later)).Phase);
        Assert.All(await site.Distributor.AssignmentsAsync(default), a => Assert.Equal(site.Third.ModelId, a.ModelId));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_edge_that_lost_its_model_is_offered_it_again_and_one_that_is_silent_counts_as_failed()
    {
        await using var site = await Site.CreateAsync(1);
        await site.Distributor.ReconcileAsync("edge-0", [], default);
        ModelDeployment again = Assert.Single(await site.Distributor.PendingForEdgeAsync("edge-0", default));
        Assert.Equal(site.First.ModelId, again.ModelId);
        await site.Distributor.ReportAsync(again.DeploymentId, "edge-0", Site.Success(site.First), default);
        await site.Distributor.ReconcileAsync("edge-0", [again.DeploymentId], default);
        Assert.Empty(await site.Distributor.PendingForEdgeAsync("edge-0", default));

        Rollout rollout = await site.StartAsync(Careful);
        await site.AdvanceAsync(TimeSpan.FromDays(2));
        rollout = await site.GetAsync(rollout);
        Assert.Equal((RolloutPhase.RolledBack, RolloutTargetState.Failed), (rollout.Phase, rollout.Targets[0].State));
        Assert.Empty(await site.Distributor.PendingForEdgeAsync("edge-0", default));
    }

    [Fact(Timeout = 60_000)]
    public async Task counters_are_added_once_however_often_and_in_whatever_order_they_arrive()
    {
        await using var site = await Site.CreateAsync(1);
        string deployment = (await site.Distributor.AssignmentsAsync(default))[0].DeploymentId;
        DateTimeOffset start = site.Store.Clock.GetUtcNow();
        ModelCounters Counted(long frames, long alarms, DateTimeOffset since) => new(deployment, since, frames, alarms, frames * 0.01);
        Assert.Equal(1, await site.Distributor.RecordCountersAsync("edge-0", [Counted(10, 1, start)], default));
        Assert.Equal(1, await site.Distributor.RecordCountersAsync("edge-0", [Counted(30, 2, start)], default));
        Assert.Equal(0, await site.Distributor.RecordCountersAsync("edge-0", [Counted(10, 1, start), Counted(30, 2, start)], default));
        Assert.Equal(1, await site.Distributor.RecordCountersAsync("edge-0", [Counted(5, 0, start.AddMinutes(1))], default));
        Assert.Equal(0, await site.Distributor.RecordCountersAsync("edge-1", [Counted(99, 0, start)], default));
        Assert.Equal(0, await site.Distributor.RecordCountersAsync("edge-0", [Counted(99, 100, start), Counted(-1, 0, start), new ModelCounters(deployment, start, 99, 0, double.NaN)], default));
        Rollout rollout = await site.StartAsync(Careful);
        Assert.Equal((35, 2), (rollout.Targets[0].PreviousFigures.Frames, rollout.Targets[0].PreviousFigures.Alarms));
    }

    [Fact(Timeout = 60_000)]
    public async Task wrong_requests_name_every_field()
    {
        await using var site = await Site.CreateAsync(1);
        ArgumentException wrong = await Assert.ThrowsAsync<ArgumentException>(() => site.Distributor.StartAsync(
            new RolloutRequest { Name = "", Actor = "x", Targets = [], Plan = new RolloutPlan { CanaryShare = 0, Wait = TimeSpan.FromDays(99), Gates = new RolloutGates { MaxAlarmFactor = 0 } } }, default));
        Assert.All(["name:", "targets:", "canary_share:", "wait:", "max_alarm_factor:"], field => Assert.Contains(field, wrong.Message, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ModelException>(() => site.Distributor.StartAsync(new RolloutRequest { Name = "x", Actor = "x", Targets = [new("edge-0", "cam-0", "nothing")] }, default));
        Assert.Null(await site.Distributor.GetRolloutAsync("nothing", default));
        Assert.Empty(await site.Distributor.ListRolloutsAsync(10, default));
    }
}

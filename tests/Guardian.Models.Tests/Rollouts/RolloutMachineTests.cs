using FsCheck;
using FsCheck.Fluent;
using Guardian.Models.Rollouts;
using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Rollouts;

/// <summary>The rules under every order of events that FsCheck thinks of.</summary>
public sealed class RolloutMachineTests
{
    private const int Runs = 2000;

    [Fact]
    public void whatever_happens_the_rules_hold_and_it_comes_to_an_end() => Prop.ForAll(Scenario().ToArbitrary(), Live).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));

    [Fact]
    public void asked_again_without_anything_new_it_says_nothing_new() => Prop.ForAll(Scenario().ToArbitrary(), s =>
    {
        var life = new Life(s);
        foreach (int e in s.Events)
        {
            life.Happen(e);
            MachineStep again = RolloutMachine.Next(s.Plan, life.State, life.Targets, life.Now);
            Assert.Empty(again.Orders);
            Assert.Equal(life.State, again.State);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));

    [Fact]
    public void a_share_is_spread_evenly_and_never_changes()
    {
        double[] shares = [.. Enumerable.Range(0, 4000).Select(i => StableShare.Of("r", $"edge-{i}", $"cam-{i % 7}"))];
        Assert.Equal(shares, Enumerable.Range(0, 4000).Select(i => StableShare.Of("r", $"edge-{i}", $"cam-{i % 7}")));
        Assert.All(shares, s => Assert.InRange(s, 0, 1));
        Assert.InRange(shares.Count(s => s < 0.25), 850, 1150);
        Assert.NotEqual(shares, Enumerable.Range(0, 4000).Select(i => StableShare.Of("another", $"edge-{i}", $"cam-{i % 7}")));
    }

    private static Gen<Case> Scenario() =>
        from count in Gen.Choose(1, 6)
        from canaries in Gen.Choose(1, count)
        from skipped in Gen.Choose(0, 1)
        from share in Gen.Choose(0, 3)
        from compares in Gen.Choose(0, 5)
        from events in Gen.Choose(0, 999).ListOf(40)
        select new Case(
            new RolloutPlan
            {
                Wait = TimeSpan.FromMinutes(10),
                AlternativeShare = compares == 0 ? 0.5 : null,
                Gates = new RolloutGates { MaxFailureShare = share / 3.0, MaxProbeMismatches = share, MinFrames = 100 },
            },
            [.. Enumerable.Range(0, count).Select(i => new MachineTarget(
                i < canaries && compares != 0,
                i == count - 1 && skipped == 1 ? RolloutTargetState.Skipped : RolloutTargetState.Waiting,
                Sample.Noon,
                false,
                default,
                new ModelFigures(1000, 10, 20)))],
            [.. events]);

    private static void Live(Case scenario)
    {
        var life = new Life(scenario);
        life.Step();
        foreach (int e in scenario.Events)
        {
            life.Happen(e);
        }

        // From here on edges answer, time passes and nobody interferes.
        for (int i = 0; i < 50 && life.State.Phase is not (RolloutPhase.Completed or RolloutPhase.RolledBack or RolloutPhase.Comparing); i++)
        {
            life.Settle();
        }

        Assert.True(life.State.Phase is RolloutPhase.Completed or RolloutPhase.RolledBack || (life.State.Phase == RolloutPhase.Comparing && scenario.Plan.AlternativeShare is not null), $"it stays in {life.State.Phase}");
        if (life.State.Phase == RolloutPhase.RolledBack)
        {
            Assert.DoesNotContain(life.Targets, t => t.State is RolloutTargetState.Active or RolloutTargetState.Assigned or RolloutTargetState.Waiting or RolloutTargetState.Restoring);
        }
    }

    private sealed record Case(RolloutPlan Plan, IReadOnlyList<MachineTarget> Targets, IReadOnlyList<int> Events);

    /// <summary>A store and its edges in memory.</summary>
    private sealed class Life(Case scenario)
    {
        private readonly MachineTarget[] _targets = [.. scenario.Targets];

        public MachineState State { get; private set; } = new(scenario.Plan.AlternativeShare is null ? RolloutPhase.Canary : RolloutPhase.Comparing, Sample.Noon, false, null);

        public DateTimeOffset Now { get; private set; } = Sample.Noon;

        public IReadOnlyList<MachineTarget> Targets => _targets;

        public void Happen(int number)
        {
            int i = number % _targets.Length;
            switch (number / 100)
            {
                case 0:
                    Reach(i, RolloutTargetState.Failed);
                    break;
                case 1 when _targets[i].State == RolloutTargetState.Assigned:
                    _targets[i] = _targets[i] with { State = RolloutTargetState.Failed, IsProbeFailure = true, Since = Now };
                    break;
                case 2:
                    Count(i, 1000, number % 2 == 0 ? 12 : 400);
                    break;
                case 3:
                    State = State.Phase is RolloutPhase.Canary or RolloutPhase.Everyone or RolloutPhase.Comparing ? State with { IsPaused = !State.IsPaused } : State;
                    break;
                case 4 when number % 7 == 0:
                    State = RolloutMachine.Back(State, "operator", Now);
                    break;
                case 5:
                    Now += TimeSpan.FromMinutes(number % 15);
                    break;
                case 6 when number % 5 == 0:
                    Now += TimeSpan.FromDays(1);
                    break;
                case 7 when number % 9 == 0 && _targets[i].State is not RolloutTargetState.Skipped:
                    _targets[i] = _targets[i] with { State = RolloutTargetState.TakenOver, Since = Now };
                    break;
                default:
                    Reach(i, RolloutTargetState.Active);
                    break;
            }

            Step();
        }

        public void Settle()
        {
            State = State with { IsPaused = false };
            for (int i = 0; i < _targets.Length; i++)
            {
                Reach(i, RolloutTargetState.Active);
            }

            Now += TimeSpan.FromMinutes(11);
            Step();
        }

        /// <summary>What a store does with the machine, with the rules checked at every order.</summary>
        public void Step()
        {
            for (int steps = 0; ; steps++)
            {
                Assert.True(steps < 16, "it does not come to rest");
                MachineStep step = RolloutMachine.Next(scenario.Plan, State, _targets, Now);
                if (step.Orders.Count == 0 && step.State == State)
                {
                    return;
                }

                Check(step);
                State = step.State;
                foreach (MachineOrder order in step.Orders)
                {
                    _targets[order.Target] = _targets[order.Target] with { Since = Now, State = After(order.Order) };
                }
            }
        }

        private static RolloutTargetState After(TargetOrder order) => order switch
        {
            TargetOrder.Assign => RolloutTargetState.Assigned,
            TargetOrder.Restore => RolloutTargetState.Restoring,
            TargetOrder.Withdraw => RolloutTargetState.Restored,
            TargetOrder.Expire => RolloutTargetState.Failed,
            _ => RolloutTargetState.Skipped,
        };

        private void Check(MachineStep step)
        {
            Assert.False(State.Phase is RolloutPhase.Completed or RolloutPhase.RolledBack, "what has ended begins nothing");
            Assert.False(State.Phase == RolloutPhase.RollingBack && step.State.Phase is not (RolloutPhase.RollingBack or RolloutPhase.RolledBack), "there is no way forward from the way back");
            Assert.False(State.Phase == RolloutPhase.Everyone && step.State.Phase == RolloutPhase.Canary, "phases only go on");
            Assert.Equal(step.Orders.Count, step.Orders.Select(o => o.Target).Distinct().Count());
            Assert.True(step.State.Phase != RolloutPhase.RollingBack || step.State.Reason is not null, "the way back has a reason");
            foreach (MachineOrder order in step.Orders)
            {
                MachineTarget target = _targets[order.Target];
                switch (order.Order)
                {
                    case TargetOrder.Assign:
                        Assert.Equal(RolloutTargetState.Waiting, target.State);
                        Assert.False(State.IsPaused, "who is held assigns nothing");
                        Assert.True(step.State.Phase != RolloutPhase.RollingBack, "nobody new gets what is rolled back");
                        Assert.True(State.Phase != RolloutPhase.Canary || target.IsCanary, "canaries come first");
                        break;
                    case TargetOrder.Restore:
                        Assert.Equal(RolloutTargetState.Active, target.State);
                        break;
                    case TargetOrder.Withdraw or TargetOrder.Expire:
                        Assert.Equal(RolloutTargetState.Assigned, target.State);
                        break;
                    default:
                        Assert.Equal(RolloutTargetState.Waiting, target.State);
                        break;
                }
            }
        }

        private void Reach(int i, RolloutTargetState state)
        {
            RolloutTargetState next = _targets[i].State switch
            {
                RolloutTargetState.Assigned => state,
                RolloutTargetState.Restoring => state == RolloutTargetState.Active ? RolloutTargetState.Restored : RolloutTargetState.RestoreFailed,
                _ => _targets[i].State,
            };
            _targets[i] = next == _targets[i].State ? _targets[i] : _targets[i] with { State = next, Since = Now };
        }

        private void Count(int i, long frames, long alarms)
        {
            if (_targets[i].State == RolloutTargetState.Active)
            {
                _targets[i] = _targets[i] with { Figures = _targets[i].Figures + new ModelFigures(frames, alarms, frames * 0.02) };
            }
        }
    }
}

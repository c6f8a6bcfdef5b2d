using System.Globalization;

namespace Guardian.Models.Rollouts;

/// <summary>
/// The rules of a rollout as a pure function of plan, state, targets and time: what it says is stored in one commit, and asked again it says nothing new.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>An edge that was silent for too long is a failure.</item>
/// <item>Gates are looked at in every phase that gives out models, paused or not; the first that fails begins the way back.</item>
/// <item>One camera whose own model alarms far beyond its previous one goes back alone, and counts as a failure.</item>
/// <item>A phase gives the model to its targets, waits until each has reported, watches for the plan's time, and leads to the next.</item>
/// <item>On the way back, who works with the model gets the previous one; who has not reported keeps what it has; nobody new gets it.</item>
/// </list>
/// </remarks>
internal static class RolloutMachine
{
    /// <summary>Standard deviations of a counted number of alarms (its square root) by which all, and one camera of many, must be over the limit: chance alone does not roll back.</summary>
    private const double DeviationsOfAll = 2, DeviationsOfOne = 4;

    public static MachineStep Next(RolloutPlan plan, MachineState state, IReadOnlyList<MachineTarget> targets, DateTimeOffset now) => state.Phase switch
    {
        RolloutPhase.Completed or RolloutPhase.RolledBack => new MachineStep(state, []),
        RolloutPhase.RollingBack => GoBack(state, targets, now),
        _ => Watch(plan, state, targets, now),
    };

    /// <summary>The way back, from any phase that has not ended.</summary>
    public static MachineState Back(MachineState state, string reason, DateTimeOffset now) => state.Phase is RolloutPhase.RollingBack or RolloutPhase.Completed or RolloutPhase.RolledBack
        ? state
        : state with { Phase = RolloutPhase.RollingBack, PhaseSince = now, IsPaused = false, Reason = reason };

    private static MachineStep Watch(RolloutPlan plan, MachineState state, IReadOnlyList<MachineTarget> targets, DateTimeOffset now)
    {
        // 1.
        MachineOrder[] silent = [.. Select(targets, t => t.State == RolloutTargetState.Assigned && now - t.Since >= plan.ReportLimit, TargetOrder.Expire, $"the edge has not reported within {plan.ReportLimit}")];
        if (silent.Length > 0)
        {
            return new MachineStep(state, silent);
        }

        // 2.
        if (FailedGate(plan, state, targets) is { } reason)
        {
            return GoBack(Back(state, reason, now), targets, now);
        }

        // 3. All gates but the loading's are between versions that one rollout replaces; a comparison is judged by its operator.
        MachineOrder[] loud = state.Phase == RolloutPhase.Comparing ? [] : [.. Select(targets, t => t.State == RolloutTargetState.Active && IsLoud(plan.Gates, t.Figures, t.Previous, DeviationsOfOne), TargetOrder.Restore, "this camera's false alarms")];
        if (loud.Length > 0 && targets.Count > 1)
        {
            return new MachineStep(state, loud);
        }

        // 4.
        return Go(plan, state, targets, now);
    }

    private static MachineStep Go(RolloutPlan plan, MachineState state, IReadOnlyList<MachineTarget> targets, DateTimeOffset now)
    {
        bool InPhase(MachineTarget t) => state.Phase != RolloutPhase.Canary || t.IsCanary;
        MachineOrder[] next = state.IsPaused ? [] : [.. Select(targets, t => InPhase(t) && t.State == RolloutTargetState.Waiting, TargetOrder.Assign)];
        if (next.Length > 0)
        {
            return new MachineStep(state, next);
        }

        MachineTarget[] ours = [.. targets.Where(InPhase)];
        if (state.IsPaused || state.Phase == RolloutPhase.Comparing || !ours.All(t => t.IsSettled))
        {
            return new MachineStep(state, []);
        }

        bool isLast = state.Phase == RolloutPhase.Everyone || targets.All(t => t.IsCanary || t.State != RolloutTargetState.Waiting);
        if (ours.All(t => t.State is RolloutTargetState.Skipped or RolloutTargetState.TakenOver) && isLast)
        {
            return new MachineStep(state with { Phase = RolloutPhase.Completed, PhaseSince = now, Reason = "nobody was left to get the model" }, []);
        }

        DateTimeOffset settled = ours.Where(t => t.State is not (RolloutTargetState.Skipped or RolloutTargetState.TakenOver)).Select(t => t.Since).Append(state.PhaseSince).Max();
        bool hasFrames = !plan.Gates.RequireFrames || Sum(ours).New.Frames >= plan.Gates.MinFrames;
        if (now - settled < plan.Wait || !hasFrames)
        {
            return new MachineStep(state, []);
        }

        return new MachineStep(state with { Phase = isLast ? RolloutPhase.Completed : RolloutPhase.Everyone, PhaseSince = now }, []);
    }

    /// <summary>5.</summary>
    private static MachineStep GoBack(MachineState state, IReadOnlyList<MachineTarget> targets, DateTimeOffset now)
    {
        MachineOrder[] orders =
        [
            .. Select(targets, t => t.State == RolloutTargetState.Waiting, TargetOrder.Skip, "the rollout was rolled back before its turn came"),
            .. Select(targets, t => t.State == RolloutTargetState.Assigned, TargetOrder.Withdraw, "the rollout was rolled back before the edge reported"),
            .. Select(targets, t => t.State == RolloutTargetState.Active, TargetOrder.Restore, "the rollout was rolled back"),
        ];
        bool isDone = orders.Length == 0 && targets.All(t => t.State != RolloutTargetState.Restoring);
        return new MachineStep(isDone ? state with { Phase = RolloutPhase.RolledBack, PhaseSince = now } : state, orders);
    }

    private static string? FailedGate(RolloutPlan plan, MachineState state, IReadOnlyList<MachineTarget> targets)
    {
        RolloutGates gates = plan.Gates;
        int failed = targets.Count(t => t.State is RolloutTargetState.Failed or RolloutTargetState.Restoring or RolloutTargetState.Restored or RolloutTargetState.RestoreFailed);
        int given = failed + targets.Count(t => t.State is RolloutTargetState.Assigned or RolloutTargetState.Active), mismatches = targets.Count(t => t.IsProbeFailure);
        if (mismatches > gates.MaxProbeMismatches)
        {
            return $"probe: {mismatches} edges computed other scores, at most {gates.MaxProbeMismatches} may";
        }

        if (failed > gates.MaxFailureShare * given)
        {
            return string.Create(CultureInfo.InvariantCulture, $"failures: {failed} of {given} edges could not use the model, at most {gates.MaxFailureShare:P0} may");
        }

        if (state.Phase == RolloutPhase.Comparing)
        {
            return null;
        }

        (ModelFigures now, ModelFigures before) = Sum(targets.Where(t => t.State == RolloutTargetState.Active));
        if (IsLoud(gates, now, before, DeviationsOfAll))
        {
            return string.Create(CultureInfo.InvariantCulture, $"false alarms: {now.AlarmRate:P2} of {now.Frames} frames, {before.AlarmRate ?? 0:P2} before");
        }

        if (now.Frames < gates.MinFrames || now.MillisecondsPerFrame is not { } milliseconds)
        {
            return null;
        }

        double limit = Math.Min(
            gates.MaxMillisecondsPerFrame ?? double.PositiveInfinity, before.Frames >= gates.MinFrames && before.Seconds > 0 ? before.MillisecondsPerFrame!.Value * gates.MaxLatencyFactor : double.PositiveInfinity);
        return milliseconds > limit ? string.Create(CultureInfo.InvariantCulture, $"latency: {milliseconds:0.0} ms a frame, at most {limit:0.0} ms may be") : null;
    }

    private static bool IsLoud(RolloutGates gates, ModelFigures now, ModelFigures before, double deviations)
    {
        // A single model has no earlier figures when it is its camera's first: what is normal for it is not known then.
        double limit = before.Frames >= gates.MinFrames ? Math.Max(before.AlarmRate!.Value * gates.MaxAlarmFactor, gates.AlarmRateFloor) : double.PositiveInfinity;
        return now.Frames >= gates.MinFrames && now.Alarms - (deviations * Math.Sqrt(now.Alarms)) > limit * now.Frames;
    }

    private static (ModelFigures New, ModelFigures Previous) Sum(IEnumerable<MachineTarget> targets) =>
        targets.Aggregate((New: default(ModelFigures), Previous: default(ModelFigures)), (sum, t) => (sum.New + t.Figures, sum.Previous + t.Previous));

    private static IEnumerable<MachineOrder> Select(IReadOnlyList<MachineTarget> targets, Func<MachineTarget, bool> predicate, TargetOrder order, string? reason = null) =>
        Enumerable.Range(0, targets.Count).Where(i => predicate(targets[i])).Select(i => new MachineOrder(i, order, reason));
}

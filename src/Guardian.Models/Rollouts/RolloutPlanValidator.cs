using Guardian.Models.Internal;

namespace Guardian.Models.Rollouts;

/// <summary>The bounds of a rollout; every error at once, each naming its field.</summary>
internal static class RolloutPlanValidator
{
    private const int MaxWord = 200;
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    /// <exception cref="ArgumentException">Something is outside its bounds.</exception>
    public static void ThrowIfInvalid(RolloutRequest request)
    {
        var errors = new List<string>();
        void Check(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add(error);
            }
        }

        static bool IsWord(string? word) => word is { Length: > 0 and <= MaxWord } && !word.Any(char.IsControl);
        static bool Within(double value, double least, double most) => value >= least && value <= most;
        Check(IsWord(request.Name), $"name: 1 to {MaxWord} characters are needed, none of them a control character");
        Check(IsWord(request.Actor), $"actor: 1 to {MaxWord} characters are needed, none of them a control character");
        Check(request.Targets.Count is >= 1 and <= RolloutRequest.MaxTargets, $"targets: 1 to {RolloutRequest.MaxTargets} are needed, not {request.Targets.Count}");
        Check(request.Targets.All(t => Identifiers.IsCamera(t.EdgeId) && Identifiers.IsCamera(t.CameraId)), $"targets: edge and camera ids are {Identifiers.CameraRule}");
        Check(request.Targets.Select(t => (t.EdgeId, t.CameraId)).Distinct().Count() == request.Targets.Count, "targets: an edge and camera is named twice");
        RolloutPlan plan = request.Plan;
        RolloutGates gates = plan.Gates;
        Check(plan.CanaryCount is null or >= 1, "canary_count: at least 1 is needed");
        Check(plan.CanaryShare is > 0 and <= 1, "canary_share: more than 0 and at most 1 is needed");
        Check(plan.Wait >= TimeSpan.Zero && plan.Wait <= Month, "wait: 0 to 30 days are allowed");
        Check(plan.ReportLimit >= TimeSpan.FromMinutes(1) && plan.ReportLimit <= Month, "report_limit: 1 minute to 30 days are allowed");
        Check(plan.AlternativeShare is null || Within(plan.AlternativeShare.Value, 0, 1), "alternative_share: 0 to 1 is allowed");
        Check(plan.AlternativeShare is null == request.Targets.All(t => t.AlternativeModelId is null), "alternative_share: every target of a comparison names an alternative model, and none of another rollout does");
        Check(plan.AlternativeShare is null || request.Targets.All(t => t.AlternativeModelId is not null), "targets: one has no alternative model");
        Check(Within(gates.MaxFailureShare, 0, 1), "max_failure_share: 0 to 1 is allowed");
        Check(gates.MaxProbeMismatches >= 0, "max_probe_mismatches: 0 or more are allowed");
        Check(Within(gates.MaxAlarmFactor, 1, 1000), "max_alarm_factor: 1 to 1000 is allowed");
        Check(Within(gates.AlarmRateFloor, 0, 1), "alarm_rate_floor: 0 to 1 is allowed");
        Check(gates.MinFrames is >= 1 and <= 1_000_000_000, "min_frames: 1 to 1000000000 are allowed");
        Check(gates.MaxMillisecondsPerFrame is null or > 0 and < 1e9, "max_milliseconds_per_frame: more than 0 is needed");
        Check(Within(gates.MaxLatencyFactor, 1, 1000), "max_latency_factor: 1 to 1000 is allowed");
        Check(gates.Window >= TimeSpan.FromHours(1) && gates.Window <= Month, "window: 1 hour to 30 days are allowed");
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(request));
        }
    }
}

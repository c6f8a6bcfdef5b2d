namespace Guardian.ReferenceHost.Api;

/// <summary>A status to set.</summary>
public sealed record StatusRequestDto(string? Status);

/// <summary>What a clean-up removed.</summary>
public sealed record CleanupDto(IReadOnlyList<string> Models, long FreedBytes);

/// <summary>A rollout to begin. <c>targets</c> name edge, camera and model; without a list, <c>model_id</c> goes to <c>cameras</c>, or to every camera that may use it. What a plan leaves out has its default.</summary>
public sealed record RolloutRequestDto(
    string? Name, IReadOnlyList<RolloutTargetRequestDto>? Targets, string? ModelId, string? AlternativeModelId, IReadOnlyList<string>? Cameras, int? CanaryCount, double? CanaryShare, double? WaitSeconds,
    double? ReportLimitSeconds, double? AlternativeShare, GatesDto? Gates);

/// <summary>An edge and camera of a rollout to begin.</summary>
public sealed record RolloutTargetRequestDto(string? EdgeId, string? CameraId, string? ModelId, string? AlternativeModelId);

/// <summary>What rolls a rollout back.</summary>
public sealed record GatesDto(
    double? MaxFailureShare, int? MaxProbeMismatches, double? MaxAlarmFactor, double? AlarmRateFloor, int? MinFrames, bool? RequireFrames, double? MaxMillisecondsPerFrame, double? MaxLatencyFactor, double? WindowSeconds);

/// <summary>
/// A rollout. <c>phase</c> is canary, everyone, comparing, rolling_back, completed or rolled_back; <c>counts</c> are targets by state; <c>targets</c> is empty in lists; <c>arms</c> are the figures of both sides of a comparison.
/// </summary>
public sealed record RolloutDto(
    string Id, string Name, string Actor, string Phase, DateTimeOffset PhaseSince, bool Paused, string? Reason, DateTimeOffset CreatedAt, int? CanaryCount, double CanaryShare, double WaitSeconds, double? AlternativeShare, GatesDto Gates,
    IReadOnlyDictionary<string, int> Counts, IReadOnlyDictionary<string, FiguresDto> Arms, IReadOnlyList<RolloutTargetDto> Targets);

/// <summary>A rollout on one edge for one camera. <c>state</c> is waiting, assigned, active, failed, restoring, restored, restore_failed, skipped or taken_over.</summary>
public sealed record RolloutTargetDto(
    string EdgeId, string CameraId, string ModelId, string? PreviousModelId, string Arm, bool Canary, string State, DateTimeOffset Since, string? Reason, FiguresDto Figures, FiguresDto PreviousFigures);

/// <summary>What edges measured with a model.</summary>
public sealed record FiguresDto(long Frames, long Alarms, double? AlarmRate, double? MillisecondsPerFrame);

/// <summary>Who wants something and why.</summary>
public sealed record ReasonRequestDto(string? Reason);

/// <summary>The side of a comparison that is chosen: A or B.</summary>
public sealed record ConclusionDto(string? Arm);

/// <summary>A model for a camera, at once.</summary>
public sealed record CameraModelDto(string? ModelId);

/// <summary>What an edge works with for a camera.</summary>
public sealed record AssignmentDto(string EdgeId, string CameraId, string ModelId, string? PreviousModelId, DateTimeOffset Since);

/// <summary>A camera that rollouts leave alone.</summary>
public sealed record PinDto(string CameraId, string Reason, string Actor, DateTimeOffset At);

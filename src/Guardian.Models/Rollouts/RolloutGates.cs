namespace Guardian.Models;

/// <summary>What a rollout must not do; a gate that fails rolls it back by itself.</summary>
public sealed record RolloutGates
{
    /// <summary>Share of the edges that reported, or were silent for too long, which may fail to use the model: 0 to 1. Default 0.</summary>
    public double MaxFailureShare { get; init; }

    /// <summary>Edges whose runtime may compute other scores for the probe batch than the node's. Default 0.</summary>
    public int MaxProbeMismatches { get; init; }

    /// <summary>Alarms per frame, as a multiple of what the previous models raised for the same cameras. 1 to 1000, default 2.</summary>
    public double MaxAlarmFactor { get; init; } = 2;

    /// <summary>Alarms per frame that are always allowed, so that a model which never alarmed does not forbid any: 0 to 1. Default 0.01.</summary>
    public double AlarmRateFloor { get; init; } = 0.01;

    /// <summary>Frames that must have been scored before alarms and latency are judged: 1 to 1000000000. Default 600.</summary>
    public int MinFrames { get; init; } = 600;

    /// <summary>Whether a phase lasts until <see cref="MinFrames"/> were scored, however long its wait. Default false: edges in the field may not report figures.</summary>
    public bool RequireFrames { get; init; }

    /// <summary>Milliseconds for one frame on average; null, the default, when only the previous model counts.</summary>
    public double? MaxMillisecondsPerFrame { get; init; }

    /// <summary>Time for one frame, as a multiple of the previous models' on the same edges. 1 to 1000, default 3.</summary>
    public double MaxLatencyFactor { get; init; } = 3;

    /// <summary>How far back the previous models' figures count: 1 hour to 30 days. Default 24 hours.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(24);
}

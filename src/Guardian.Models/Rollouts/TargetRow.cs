using Guardian.Shared.Sql;

namespace Guardian.Models.Rollouts;

/// <summary>A row of the table rollout_targets with what was measured, as Dapper reads it.</summary>
internal sealed class TargetRow
{
    /// <summary>A target's own figures are those of the deployment that brought it the model; the previous model's are of the hours before.</summary>
    public const string Select =
        """
        SELECT t.rollout_id AS RolloutId, t.number AS Number, t.edge_id AS EdgeId, t.camera_id AS CameraId, t.model_id AS ModelId, t.size AS Size, t.sha256 AS Sha256, t.other_model_id AS OtherModelId, t.previous_model_id AS PreviousModelId, t.arm AS Arm, t.is_canary AS IsCanary,
            t.state AS State, t.since AS Since, t.deployment_id AS DeploymentId, t.is_probe_failure AS IsProbeFailure, t.reason AS Reason,
            COALESCE(n.frames, 0) AS Frames, COALESCE(n.alarms, 0) AS Alarms, COALESCE(n.seconds, 0.0) AS Seconds,
            COALESCE(p.frames, 0) AS PreviousFrames, COALESCE(p.alarms, 0) AS PreviousAlarms, COALESCE(p.seconds, 0.0) AS PreviousSeconds
        FROM rollout_targets t
        LEFT JOIN (
            SELECT f.deployment_id, SUM(f.frames) AS frames, SUM(f.alarms) AS alarms, SUM(f.seconds) AS seconds
            FROM model_figures f JOIN rollout_targets o ON o.figures_of = f.deployment_id AND o.rollout_id = @rolloutId GROUP BY f.deployment_id
        ) n ON n.deployment_id = t.figures_of
        LEFT JOIN (
            SELECT o.number, SUM(f.frames) AS frames, SUM(f.alarms) AS alarms, SUM(f.seconds) AS seconds
            FROM rollout_targets o JOIN model_figures f ON f.edge_id = o.edge_id AND f.camera_id = o.camera_id AND f.model_id = o.previous_model_id AND f.hour >= @hour
            WHERE o.rollout_id = @rolloutId GROUP BY o.number
        ) p ON p.number = t.number
        WHERE t.rollout_id = @rolloutId ORDER BY t.number
        """;

    public string RolloutId { get; set; } = "";

    public int Number { get; set; }

    public string EdgeId { get; set; } = "";

    public string CameraId { get; set; } = "";

    public string ModelId { get; set; } = "";

    public long Size { get; set; }

    public string Sha256 { get; set; } = "";

    public string? OtherModelId { get; set; }

    public string? PreviousModelId { get; set; }

    public string Arm { get; set; } = "";

    public bool IsCanary { get; set; }

    public int State { get; set; }

    public long Since { get; set; }

    public string? DeploymentId { get; set; }

    public bool IsProbeFailure { get; set; }

    public string? Reason { get; set; }

    public long Frames { get; set; }

    public long Alarms { get; set; }

    public double Seconds { get; set; }

    public long PreviousFrames { get; set; }

    public long PreviousAlarms { get; set; }

    public double PreviousSeconds { get; set; }

    public MachineTarget ToMachine() => new(
        IsCanary, (RolloutTargetState)State, SqlTime.FromSql(Since), IsProbeFailure, new ModelFigures(Frames, Alarms, Seconds), new ModelFigures(PreviousFrames, PreviousAlarms, PreviousSeconds));

    public RolloutTarget ToTarget() => new()
    {
        EdgeId = EdgeId,
        CameraId = CameraId,
        ModelId = ModelId,
        PreviousModelId = PreviousModelId,
        Arm = Arm,
        IsCanary = IsCanary,
        State = (RolloutTargetState)State,
        Since = SqlTime.FromSql(Since),
        DeploymentId = DeploymentId,
        IsProbeFailure = IsProbeFailure,
        Reason = Reason,
        Figures = new ModelFigures(Frames, Alarms, Seconds),
        PreviousFigures = new ModelFigures(PreviousFrames, PreviousAlarms, PreviousSeconds),
    };
}

using Guardian.Shared.Sql;

namespace Guardian.Models.Rollouts;

/// <summary>A row of the table deployments, as Dapper reads it.</summary>
internal sealed class DeploymentRow
{
    public const string Columns =
        "sequence AS Sequence, deployment_id AS DeploymentId, camera_id AS CameraId, edge_id AS EdgeId, model_id AS ModelId, state AS State, size AS Size, "
        + "sha256 AS Sha256, created_at AS CreatedAt, updated_at AS UpdatedAt, reported_sha256 AS ReportedSha256, probe_score AS ProbeScore, milliseconds AS Milliseconds, "
        + "is_withdrawal AS IsWithdrawal, error AS Error";

    public long Sequence { get; set; }

    public string DeploymentId { get; set; } = "";

    public string CameraId { get; set; } = "";

    public string EdgeId { get; set; } = "";

    public string ModelId { get; set; } = "";

    public int State { get; set; }

    public long Size { get; set; }

    public string Sha256 { get; set; } = "";

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public string? ReportedSha256 { get; set; }

    public double? ProbeScore { get; set; }

    public double? Milliseconds { get; set; }

    public bool IsWithdrawal { get; set; }

    public string? Error { get; set; }

    public ModelDeployment ToDeployment() => new()
    {
        DeploymentId = DeploymentId,
        CameraId = CameraId,
        EdgeId = EdgeId,
        ModelId = ModelId,
        State = (DeploymentState)State,
        Size = Size,
        Sha256 = Sha256,
        CreatedAt = SqlTime.FromSql(CreatedAt),
        UpdatedAt = SqlTime.FromSql(UpdatedAt),
        ReportedSha256 = ReportedSha256,
        ProbeScore = ProbeScore,
        MillisecondsPerFrame = Milliseconds,
        IsWithdrawal = IsWithdrawal,
        Error = Error,
    };
}

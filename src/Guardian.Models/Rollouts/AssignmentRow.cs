using Guardian.Shared.Sql;

namespace Guardian.Models.Rollouts;

/// <summary>A row of the table assignments, as Dapper reads it.</summary>
internal sealed class AssignmentRow
{
    public const string Columns =
        "edge_id AS EdgeId, camera_id AS CameraId, model_id AS ModelId, previous_model_id AS PreviousModelId, deployment_id AS DeploymentId, since AS Since";

    public string EdgeId { get; set; } = "";

    public string CameraId { get; set; } = "";

    public string ModelId { get; set; } = "";

    public string? PreviousModelId { get; set; }

    public string DeploymentId { get; set; } = "";

    public long Since { get; set; }

    public CameraAssignment ToAssignment() => new(EdgeId, CameraId, ModelId, PreviousModelId, DeploymentId, SqlTime.FromSql(Since));
}

using System.Text.Json;
using Guardian.Models.Internal;
using Guardian.Shared.Sql;

namespace Guardian.Models.Jobs;

/// <summary>A row of the table training_jobs, as Dapper reads it.</summary>
internal sealed class TrainingJobRow
{
    public const string Columns =
        "job_id AS JobId, camera_id AS CameraId, state AS State, created_at AS CreatedAt, updated_at AS UpdatedAt, attempts AS Attempts, "
        + "progress AS Progress, model_id AS ModelId, error AS Error, priority AS Priority, dataset_version AS DatasetVersion, dataset_hash AS DatasetHash";

    public string JobId { get; set; } = "";

    public string CameraId { get; set; } = "";

    public int State { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public int Attempts { get; set; }

    public string? Progress { get; set; }

    public string? ModelId { get; set; }

    public string? Error { get; set; }

    public int Priority { get; set; }

    public long? DatasetVersion { get; set; }

    public string? DatasetHash { get; set; }

    public TrainingJob ToJob() => new()
    {
        JobId = JobId,
        CameraId = CameraId,
        State = (TrainingJobState)State,
        CreatedAt = SqlTime.FromSql(CreatedAt),
        UpdatedAt = SqlTime.FromSql(UpdatedAt),
        Attempts = Attempts,
        Progress = Progress is null ? null : JsonSerializer.Deserialize(Progress, ModelsJson.Default.TrainingProgress),
        ModelId = ModelId,
        Error = Error,
        Priority = Priority,
        DatasetVersion = (int?)DatasetVersion,
        DatasetHash = DatasetHash,
    };
}

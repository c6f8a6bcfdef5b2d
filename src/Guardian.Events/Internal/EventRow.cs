using System.Text.Json;
using Guardian.Shared.Sql;

namespace Guardian.Events;

/// <summary>A row of <c>events</c>; property names are column names, types are what SQLite gives.</summary>
internal sealed class EventRow
{
    // RETURNING gives a REAL that is whole as an integer (SQLite keeps it so), which is no double to the mapper: hence the sum.
    public const string Columns = "id, camera_id, edge_id, type, occurred_at, received_at, confidence + 0.0 AS confidence, details, frame_count, stage, attempts, verdict";

    public string id { get; init; } = "";

    public string camera_id { get; init; } = "";

    public string edge_id { get; init; } = "";

    public string type { get; init; } = "";

    public long occurred_at { get; init; }

    public long received_at { get; init; }

    public double confidence { get; init; }

    public string details { get; init; } = "";

    public long frame_count { get; init; }

    public long stage { get; init; }

    public long attempts { get; init; }

    public string? verdict { get; init; }

    public StoredEvent ToEvent()
    {
        EventDetails d = JsonSerializer.Deserialize(details, EventJson.Default.EventDetails)!;
        return new StoredEvent
        {
            Id = new EventId(Guid.Parse(id)),
            CameraId = new CameraId(camera_id),
            EdgeId = edge_id,
            Type = type,
            OccurredAt = SqlTime.FromSql(occurred_at),
            ReceivedAt = SqlTime.FromSql(received_at),
            Confidence = confidence,
            ModelId = d.ModelId,
            AnomalyScore = d.AnomalyScore,
            AnomalyThreshold = d.AnomalyThreshold,
            Detections = d.Detections,
            Metadata = d.Metadata,
            FrameCount = (int)frame_count,
            Stage = (EventStage)stage,
            Verdict = verdict is null ? null : JsonSerializer.Deserialize(verdict, EventJson.Default.Verdict),
        };
    }
}

using System.Text.Json;
using Guardian.Events;
using Guardian.Storage;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Api;

/// <summary>From the packages' types to the API's.</summary>
internal static class ApiMapping
{
    public static EventDto ToDto(this StoredEvent e) => new(
        e.Id.Value, e.CameraId.ToString(), e.EdgeId, e.Type, e.OccurredAt, e.ReceivedAt, e.Confidence, e.ModelId, e.AnomalyScore, e.AnomalyThreshold, e.FrameCount, Word(e.Stage),
        e.Verdict?.ToDto());

    public static VerdictDto ToDto(this Verdict v) => new(
        v.AnomalyType, Word(v.Severity), v.Score, v.AnalysedAt, [.. v.Reasons.Select(r => new ReasonDto(r.Factor, r.Text, r.Points))],
        [.. v.Regions.Select(r => new BoxDto(r.Label, r.Confidence, r.X, r.Y, r.Width, r.Height))]);

    public static ObjectDto ToDto(this SealedObjectInfo o) => new(
        o.Id.Name, Word(o.Status), o.Size, Convert.ToHexStringLower(o.Sha256.Span), o.ContentType, o.Bucket.ToString(), o.Key.ToString(), o.CreatedAt, o.ArchivedAt, o.LastError);

    public static AlertDto ToDto(this Alert a) => new(
        a.Id, a.EventId.Value, a.CameraId.ToString(), Word(a.Severity), a.AnomalyType, a.Summary, a.RaisedAt, a.AcknowledgedAt);

    public static EdgeDto ToDto(this RegisteredEdge e) => new(
        e.Id.ToString(), e.Name, Word(e.State), e.AddedAt, e.EnrolledAt, e.LastSeenAt, e.CertificateExpiresAt, e.Software,
        e.TelemetryJson is null ? null : JsonSerializer.Deserialize<JsonElement>(e.TelemetryJson));

    /// <summary>An enum's name as the API writes it, in snake_case.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

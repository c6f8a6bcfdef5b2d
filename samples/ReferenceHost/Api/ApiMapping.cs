using System.Text.Json;
using Google.Protobuf;
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

    public static ArchivedObjectDto ToArchiveDto(this SealedObjectInfo o) => new(
        o.Id.EventId, o.Id.Name, o.CameraId, Word(o.Status), o.Size, Convert.ToHexStringLower(o.Sha256.Span), o.Cid, o.ContentType, o.FormatVersion, [.. o.Recipients.Select(r => r.ToString())], o.Bucket.ToString(),
        o.Key.ToString(), Word(o.Severity), o.CreatedAt, o.ArchivedAt, o.ExpiresAt, o.Attempts, o.LastError);

    public static UsageDto ToDto(this CameraUsage u) => new(u.CameraId, u.Bytes, u.Objects, u.Limit, u.IsWarned);

    public static HoldDto ToDto(this LegalHold h) => new(Word(h.Kind), h.Target, h.Reason, h.Actor, h.PlacedAt);

    /// <summary>What a verdict's severity is for the archive's retention.</summary>
    public static ObjectSeverity ToArchive(Severity? severity) => severity switch
    {
        null => ObjectSeverity.Unknown,
        Severity.None => ObjectSeverity.None,
        Severity.Low => ObjectSeverity.Low,
        Severity.Medium => ObjectSeverity.Medium,
        Severity.High => ObjectSeverity.High,
        _ => ObjectSeverity.Critical,
    };

    public static AlertDto ToDto(this Alert a) => new(
        a.Id, a.EventId.Value, a.CameraId.ToString(), Word(a.Severity), a.AnomalyType, a.Summary, a.RaisedAt, a.AcknowledgedAt);

    public static EdgeDto ToDto(this RegisteredEdge e, EdgeConnection c, NewestTelemetry? newest, EdgeHealth? health) => new(
        e.Id.ToString(), e.Name, Word(e.State), e.AddedAt, e.EnrolledAt, c.LastContactAt, e.CertificateExpiresAt, e.Software,
        new ConnectionDto(
            Word(c.State), c.LastContactAt, c.OpenCalls, c.TakesCommands, c.LatencyMedian?.TotalMilliseconds, c.LatencyP95?.TotalMilliseconds, c.ClockOffset?.TotalSeconds, c.BytesReceived, c.BytesSent,
            c.Address?.ToString(), c.LastHandshakeAt, c.TunnelEndPoint?.ToString()),
        health?.ToDto(),
        newest is null ? null : JsonSerializer.Deserialize<JsonElement>(JsonFormatter.Default.Format(newest.Sample.Data)));

    /// <summary>An enum's name as the API writes it, in snake_case.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

namespace Guardian.Events;

/// <summary>What calls for a person's attention. An event raises at most one.</summary>
/// <param name="Id">Its number; rises with time.</param>
/// <param name="EventId">The event that raised it.</param>
/// <param name="CameraId">The camera.</param>
/// <param name="Severity">The event's severity.</param>
/// <param name="AnomalyType">The kind of anomaly.</param>
/// <param name="Summary">The strongest reason, in words.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="AcknowledgedAt">When somebody acknowledged it; null while open.</param>
public sealed record Alert(
    long Id, EventId EventId, CameraId CameraId, Severity Severity, string AnomalyType, string Summary, DateTimeOffset RaisedAt, DateTimeOffset? AcknowledgedAt);

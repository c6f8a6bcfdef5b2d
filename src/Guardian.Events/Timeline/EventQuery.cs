namespace Guardian.Events;

/// <summary>Which events to list, newest first. Every filter that is null lets everything through.</summary>
public sealed record EventQuery
{
    /// <summary>Most events in one page.</summary>
    public const int MaxLimit = 500;

    /// <summary>Only this camera's.</summary>
    public CameraId? CameraId { get; init; }

    /// <summary>Only of this type.</summary>
    public string? Type { get; init; }

    /// <summary>Only with a verdict of at least this severity.</summary>
    public Severity? MinSeverity { get; init; }

    /// <summary>Only at or after this time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Events in the page: 1 to <see cref="MaxLimit"/>. Default 50.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Goes on after an earlier page: its <see cref="EventPage.NextCursor"/>, with the same filters.</summary>
    public string? Cursor { get; init; }
}

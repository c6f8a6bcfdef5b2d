namespace Guardian.Storage;

/// <summary>What to look for in the index; what is null does not matter.</summary>
public sealed record IndexQuery
{
    /// <summary>A page has at most this many objects.</summary>
    public const int MaxLimit = 1000;

    /// <summary>The camera.</summary>
    public string? CameraId { get; init; }

    /// <summary>The event.</summary>
    public Guid? EventId { get; init; }

    /// <summary>Where the object stands.</summary>
    public SealedObjectStatus? Status { get; init; }

    /// <summary>The first byte arrived at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The first byte arrived before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Objects a page: 1 to <see cref="MaxLimit"/>. Default 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Where the page before ended: its <see cref="IndexPage.NextCursor"/>.</summary>
    public string? Cursor { get; init; }
}

namespace Guardian.Events;

/// <summary>One page of a listing.</summary>
/// <param name="Events">The events, newest first.</param>
/// <param name="NextCursor">Where the next page goes on; null on the last one. Events that arrive meanwhile neither repeat nor hide others.</param>
public sealed record EventPage(IReadOnlyList<StoredEvent> Events, string? NextCursor);

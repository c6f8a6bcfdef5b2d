namespace Guardian.Storage;

/// <summary>Something that happened and belongs in the evidence log, before it has a place there.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="At">When it happened; the log keeps milliseconds.</param>
/// <param name="EventId">The event it belongs to; null for what belongs to none, such as a key.</param>
/// <param name="Name">The object of that event; null when it is about all of it.</param>
/// <param name="Once">
/// Names the happening among those of the same kind, event and object, so that recording it twice (a retry, a restart) is recording it once: 1 to 200 characters.
/// </param>
/// <param name="Details">What is known of it: names and values, in the entry only as a salted hash.</param>
internal sealed record EvidenceRecord(EvidenceKind Kind, DateTimeOffset At, Guid? EventId, string? Name, string Once, IReadOnlyDictionary<string, string> Details);

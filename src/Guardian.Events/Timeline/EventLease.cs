namespace Guardian.Events;

/// <summary>An event that is this caller's to work on until the lease ends.</summary>
/// <param name="Event">The event.</param>
/// <param name="Frames">Its frames, oldest first.</param>
/// <param name="Token">Proves the lease when the work is recorded; worthless once the lease has ended and another has it.</param>
/// <param name="Attempt">How often it was leased at this step, from 1.</param>
public sealed record EventLease(StoredEvent Event, IReadOnlyList<EventFrame> Frames, Guid Token, int Attempt);

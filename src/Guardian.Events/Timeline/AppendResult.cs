namespace Guardian.Events;

/// <summary>What became of one event.</summary>
/// <param name="Id">Which.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Refusal">Set when it was refused.</param>
public sealed record AppendResult(EventId Id, AppendStatus Status, EventRefusal? Refusal = null);

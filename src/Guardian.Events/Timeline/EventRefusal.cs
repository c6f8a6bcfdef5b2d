namespace Guardian.Events;

/// <summary>Why an event is not taken; it would be refused again.</summary>
/// <param name="Field">The field, by its name in the edge contract.</param>
/// <param name="Reason">The rule it breaks, naming the limit.</param>
public sealed record EventRefusal(string Field, string Reason);

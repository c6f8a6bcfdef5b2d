namespace Guardian.Storage;

/// <summary>A legal hold: while it stands, neither time, quota nor a request deletes what it protects.</summary>
/// <param name="Kind">What it protects.</param>
/// <param name="Target">The event's id, or the camera's.</param>
/// <param name="Reason">Why, in the words of whoever placed it: 1 to 500 characters.</param>
/// <param name="Actor">Who placed it, such as <c>operator:anna</c>: 1 to 200 characters.</param>
/// <param name="PlacedAt">When.</param>
public sealed record LegalHold(HoldKind Kind, string Target, string Reason, string Actor, DateTimeOffset PlacedAt);

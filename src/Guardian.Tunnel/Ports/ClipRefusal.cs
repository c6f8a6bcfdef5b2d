namespace Guardian.Tunnel;

/// <summary>A clip that is not taken.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">The same in words, naming the field and the limit.</param>
public sealed record ClipRefusal(ClipRefusalKind Kind, string Message);

namespace Guardian.Events;

/// <summary>Names an event: a UUID that the edge chose.</summary>
public readonly record struct EventId
{
    /// <summary>Makes an id.</summary>
    /// <exception cref="ArgumentException">It is the empty UUID.</exception>
    public EventId(Guid value) =>
        Value = value == Guid.Empty ? throw new ArgumentException("event id: the empty UUID is not an id", nameof(value)) : value;

    /// <summary>The UUID.</summary>
    public Guid Value { get; }

    /// <summary>Reads the usual form with hyphens, in either case.</summary>
    /// <returns>False when it is anything else, or the empty UUID.</returns>
    public static bool TryParse(string? text, out EventId id)
    {
        bool parsed = Guid.TryParseExact(text, "D", out Guid value) && value != Guid.Empty;
        id = parsed ? new EventId(value) : default;
        return parsed;
    }

    /// <summary>Lower case, with hyphens.</summary>
    public override string ToString() => Value.ToString("D");
}

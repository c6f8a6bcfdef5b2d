namespace Guardian.Storage;

/// <summary>Names one sealed object of an event.</summary>
public readonly record struct SealedObjectId
{
    /// <summary>Makes an id.</summary>
    /// <param name="eventId">The event; not the empty UUID.</param>
    /// <param name="name">The object's name, such as <c>clip.mp4</c>: 1 to 64 characters of <c>A-Z a-z 0-9 . _ -</c>, not starting with a dot.</param>
    /// <exception cref="ArgumentException">A part is out of range.</exception>
    public SealedObjectId(Guid eventId, string name)
    {
        if (eventId == Guid.Empty)
        {
            throw new ArgumentException("event id: the empty UUID is not an id", nameof(eventId));
        }

        if (name.Length is 0 or > 64 || name[0] == '.' || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw new ArgumentException("object name: 1 to 64 characters of A-Z a-z 0-9 . _ - are needed, not starting with a dot", nameof(name));
        }

        EventId = eventId;
        Name = name;
    }

    /// <summary>The event.</summary>
    public Guid EventId { get; }

    /// <summary>The object's name inside the event.</summary>
    public string Name { get; }

    /// <summary>The clip of an event.</summary>
    public static SealedObjectId Clip(Guid eventId) => new(eventId, "clip.mp4");

    /// <summary>A snapshot of an event, from 1: <c>snapshot.jpg</c>, <c>snapshot-2.jpg</c>, …</summary>
    public static SealedObjectId Snapshot(Guid eventId, int number) => new(eventId, number == 1 ? "snapshot.jpg" : $"snapshot-{number}.jpg");

    /// <summary>The metadata of an event.</summary>
    public static SealedObjectId Metadata(Guid eventId) => new(eventId, "metadata.json");

    /// <summary>The event and the name.</summary>
    public override string ToString() => $"{EventId}/{Name}";
}

namespace Guardian.Tunnel;

/// <summary>Something that waits to be sent; property names are column names, types are what SQLite gives.</summary>
internal sealed class QueuedItem
{
    public long sequence { get; init; }

    public long kind { get; init; }

    public string event_id { get; init; } = "";

    /// <summary>The event as the contract's message; null for a clip, whose bytes are in its file.</summary>
    public byte[]? payload { get; init; }

    public long size { get; init; }

    /// <summary>Whether the node may hold bytes of this clip.</summary>
    public long is_started { get; init; }
}

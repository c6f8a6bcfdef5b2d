namespace Guardian.Tunnel;

/// <summary>What the registry holds of a camera.</summary>
public sealed record RegisteredCamera
{
    /// <summary>Its id, as the edge says it.</summary>
    public required string Id { get; init; }

    /// <summary>The edge that speaks for it.</summary>
    public required EdgeId EdgeId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>How it is connected, such as <c>rtsp</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Whether the edge uses it.</summary>
    public required bool Enabled { get; init; }

    /// <summary>What the edge says of it, such as <c>online</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Normal snapshots needed before training is worthwhile.</summary>
    public required int RequiredSnapshots { get; init; }

    /// <summary>How far it is on its way to a model.</summary>
    public required CameraReadinessState Readiness { get; init; }

    /// <summary>Labelled snapshots that the edge says it holds.</summary>
    public int LabelledSnapshots { get; init; }

    /// <summary>How many of each label the edge says it holds.</summary>
    public IReadOnlyDictionary<string, int> LabelCounts { get; init; } = new Dictionary<string, int>();

    /// <summary>When the edge last reported something new of it.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

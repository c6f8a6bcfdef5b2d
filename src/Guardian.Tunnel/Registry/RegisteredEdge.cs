namespace Guardian.Tunnel;

/// <summary>What the registry holds of an edge.</summary>
public sealed record RegisteredEdge
{
    /// <summary>Its id.</summary>
    public required EdgeId Id { get; init; }

    /// <summary>The operator's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it may speak.</summary>
    public required EdgeState State { get; init; }

    /// <summary>When the operator added it.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>When it enrolled; null while pending.</summary>
    public DateTimeOffset? EnrolledAt { get; init; }

    /// <summary>When it was last heard of; null when never.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>When its newest certificate ends.</summary>
    public DateTimeOffset? CertificateExpiresAt { get; init; }

    /// <summary>What it says it runs.</summary>
    public string Software { get; init; } = "";

    /// <summary>Whether the operator named its cameras, so that it names none itself.</summary>
    public bool CamerasFixed { get; init; }

    /// <summary>Where it serves <c>edge.control</c>; null when it does not.</summary>
    public Uri? ControlAddress { get; init; }

    /// <summary>When it was shut out; null when it is not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}

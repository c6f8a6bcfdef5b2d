namespace Guardian.Tunnel;

/// <summary>An edge that the operator wants to admit.</summary>
public sealed record NewEdge
{
    /// <summary>The operator's name for it: 1 to 128 characters, none of them control characters.</summary>
    public required string Name { get; init; }

    /// <summary>How long its one-time token is good. Default one day; more than 0 and at most 30 days.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// The cameras it may speak for, at most 256, none of them another edge's. When empty, the edge names its cameras itself when it enrols and for
    /// <see cref="TunnelOptions.CameraClaimWindow"/> afterwards.
    /// </summary>
    public IReadOnlyList<string> Cameras { get; init; } = [];

    /// <summary>For an edge that serves <c>edge.control</c> itself: the http or https address under which the node reaches it.</summary>
    public Uri? ControlAddress { get; init; }
}

namespace Guardian.Tunnel;

/// <summary>What is known of an edge when its health is judged.</summary>
public sealed record EdgeObservation
{
    /// <summary>The edge.</summary>
    public required EdgeId Edge { get; init; }

    /// <summary>The moment of judgement.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Its newest telemetry; null when it sent none.</summary>
    public NewestTelemetry? Newest { get; init; }

    /// <summary>How far its clock is ahead of the node's (behind when negative); null when unknown.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>Minutes up to now, oldest first, over at least <see cref="HealthOptions.Window"/>.</summary>
    public IReadOnlyList<TelemetryPoint> Minutes { get; init; } = [];

    /// <summary>Hours up to now, oldest first, over a day.</summary>
    public IReadOnlyList<TelemetryPoint> Hours { get; init; } = [];
}

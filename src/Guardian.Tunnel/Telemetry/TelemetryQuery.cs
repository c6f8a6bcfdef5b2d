namespace Guardian.Tunnel;

/// <summary>Asks for the telemetry of an edge or of a camera.</summary>
public sealed record TelemetryQuery
{
    /// <summary>Points of an answer at the most.</summary>
    public const int MaxPoints = 2000;

    /// <summary>The edge; exactly one of this and <see cref="CameraId"/> is set.</summary>
    public EdgeId? Edge { get; init; }

    /// <summary>The camera, whichever edge spoke for it.</summary>
    public string? CameraId { get; init; }

    /// <summary>The metrics; none means all that the edge or camera has.</summary>
    public IReadOnlyCollection<TelemetryMetric> Metrics { get; init; } = [];

    /// <summary>From when on; the bucket that holds it is the first.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until when, not included; later than <see cref="From"/>. It spans at most 2000 minutes, hours or days; raw samples within it may be at most 2000.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>How finely. Minutes by default.</summary>
    public TelemetryResolution Resolution { get; init; } = TelemetryResolution.Minute;

    internal void Check()
    {
        if (Edge is null == CameraId is null)
        {
            throw new ArgumentException("edge, camera: exactly one of them is needed");
        }

        if (!Enum.IsDefined(Resolution))
        {
            throw new ArgumentException("resolution: raw, minute, hour or day is needed");
        }

        if (To <= From)
        {
            throw new ArgumentException("to: it must be later than from");
        }

        int width = TelemetryTime.WidthOf(Resolution);
        if (Resolution != TelemetryResolution.Raw && (To - From).TotalSeconds / width > MaxPoints)
        {
            throw new ArgumentException($"from, to: at most {MaxPoints} points are given, which are {(double)MaxPoints * width / 86_400:0.#} days at this resolution");
        }
    }
}

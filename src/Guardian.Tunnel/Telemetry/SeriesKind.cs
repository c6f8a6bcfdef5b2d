namespace Guardian.Tunnel;

/// <summary>Whose telemetry a series is. The numbers are stored.</summary>
internal enum SeriesKind
{
    Edge = 1,
    Camera = 2,
}

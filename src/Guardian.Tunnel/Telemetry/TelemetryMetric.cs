namespace Guardian.Tunnel;

/// <summary>What is measured of an edge or, from 101 on, of a camera. Units are in the names.</summary>
public enum TelemetryMetric
{
    /// <summary>Share of the edge's processors that is busy, 0 to 100.</summary>
    CpuUsagePercent = 1,

    /// <summary>The edge's memory in use.</summary>
    MemoryUsedBytes = 2,

    /// <summary>The edge's memory.</summary>
    MemoryTotalBytes = 3,

    /// <summary>What is in use of the disk that the edge keeps its clips on.</summary>
    DiskUsedBytes = 4,

    /// <summary>The size of that disk.</summary>
    DiskTotalBytes = 5,

    /// <summary>Share of that disk that is in use, 0 to 100.</summary>
    DiskUsagePercent = 6,

    /// <summary>Events that wait on the edge to be sent.</summary>
    EventQueueLength = 7,

    /// <summary>Cameras that the edge takes pictures from.</summary>
    ActiveCameras = 8,

    /// <summary>Milliseconds that the edge's model takes for a picture, 0 to 3 600 000.</summary>
    InferenceTimeMs = 9,

    /// <summary>Clips that the edge holds.</summary>
    ClipsCount = 10,

    /// <summary>Size of the clips that the edge holds.</summary>
    ClipsSizeBytes = 11,

    /// <summary>1 when the camera was online, else 0; the mean over a span is its availability.</summary>
    CameraOnline = 101,

    /// <summary>Seconds between when the camera was last seen and when its edge said so.</summary>
    CameraSilenceSeconds = 102,
}

namespace Guardian.Tunnel;

/// <summary>Why an edge may not speak for a camera.</summary>
internal enum CameraRefusal
{
    /// <summary>Another edge speaks for it.</summary>
    AnotherEdges = 1,

    /// <summary>The operator has not assigned it, and the edge may not name cameras itself any more.</summary>
    NotAssigned,
}

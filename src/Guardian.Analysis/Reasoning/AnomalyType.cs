namespace Guardian.Analysis;

/// <summary>Kinds of anomalies. Names and numbers are stable; <see cref="StableNames"/> gives the names for files and wires.</summary>
public enum AnomalyType
{
    /// <summary>Nothing unusual: <c>none</c>.</summary>
    None = 0,

    /// <summary>Something that this camera does not usually show: <c>new_object</c>.</summary>
    NewObject = 1,

    /// <summary>Something known where things usually are not: <c>unusual_place</c>.</summary>
    UnusualPlace = 2,

    /// <summary>Something known in an hour in which this camera is usually quiet: <c>unusual_time</c>.</summary>
    UnusualTime = 3,

    /// <summary>More things at once than usual: <c>unusual_count</c>.</summary>
    UnusualCount = 4,

    /// <summary>Most of the picture is different: moved camera, other light, weather: <c>scene_change</c>.</summary>
    SceneChange = 5,

    /// <summary>Next to nothing can be seen: covered, blinded or defocused: <c>camera_obscured</c>.</summary>
    CameraObscured = 6,

    /// <summary>Unusual, or reported as such, with too little known to say in which way: <c>unclassified</c>.</summary>
    Unclassified = 7,
}

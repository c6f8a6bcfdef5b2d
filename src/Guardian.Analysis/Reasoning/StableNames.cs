using System.Diagnostics;

namespace Guardian.Analysis;

/// <summary>Names that may be written to files and wires: they never change.</summary>
public static class StableNames
{
    /// <summary>The snake_case name of an anomaly type, such as <c>new_object</c>.</summary>
    public static string ToStableName(this AnomalyType type) => type switch
    {
        AnomalyType.None => "none",
        AnomalyType.NewObject => "new_object",
        AnomalyType.UnusualPlace => "unusual_place",
        AnomalyType.UnusualTime => "unusual_time",
        AnomalyType.UnusualCount => "unusual_count",
        AnomalyType.SceneChange => "scene_change",
        AnomalyType.CameraObscured => "camera_obscured",
        AnomalyType.Unclassified => "unclassified",
        _ => throw new UnreachableException(),
    };

    /// <summary>The lower-case name of a risk level, such as <c>medium</c>.</summary>
    public static string ToStableName(this RiskLevel level) => level switch
    {
        RiskLevel.None => "none",
        RiskLevel.Low => "low",
        RiskLevel.Medium => "medium",
        RiskLevel.High => "high",
        RiskLevel.Critical => "critical",
        _ => throw new UnreachableException(),
    };
}

namespace Guardian.Models;

/// <summary>What a catalogued model is used for.</summary>
public enum ModelStatus
{
    /// <summary>Complete and free to be deployed.</summary>
    Ready,

    /// <summary>The one its camera works with; a camera has at most one. A base model is active while an edge works with it.</summary>
    Active,

    /// <summary>Superseded or put away; kept for the record, and may become active again.</summary>
    Archived,

    /// <summary>Found to be unusable, or its training failed. It is never handed out, and stays failed.</summary>
    Failed,

    /// <summary>Its version is taken and its training runs; there is no file yet.</summary>
    Training,
}

namespace Guardian.Models;

/// <summary>What a catalogued model is used for.</summary>
public enum ModelStatus
{
    /// <summary>Complete and free to be deployed.</summary>
    Ready,

    /// <summary>The one its camera works with; a camera has at most one.</summary>
    Active,

    /// <summary>Superseded or put away; kept for the record.</summary>
    Archived,

    /// <summary>Found to be unusable.</summary>
    Failed,
}

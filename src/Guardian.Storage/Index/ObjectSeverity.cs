namespace Guardian.Storage;

/// <summary>How much an object's event matters, for retention.</summary>
public enum ObjectSeverity
{
    /// <summary>Nobody has said.</summary>
    Unknown = 0,

    /// <summary>Nothing was unusual.</summary>
    None = 1,

    /// <summary>Of little interest.</summary>
    Low = 2,

    /// <summary>Worth a look.</summary>
    Medium = 3,

    /// <summary>To be acted on.</summary>
    High = 4,

    /// <summary>To be acted on at once.</summary>
    Critical = 5,
}

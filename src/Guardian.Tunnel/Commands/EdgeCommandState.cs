namespace Guardian.Tunnel;

/// <summary>How far a command is. The numbers are stored and never change.</summary>
public enum EdgeCommandState
{
    /// <summary>It waits for the edge.</summary>
    Queued = 1,

    /// <summary>The edge holds it durably and will answer.</summary>
    Acknowledged = 2,

    /// <summary>It was done.</summary>
    Succeeded = 3,

    /// <summary>It was tried and failed.</summary>
    Failed = 4,

    /// <summary>The edge does not know it.</summary>
    Unsupported = 5,

    /// <summary>Its time passed before the edge began it.</summary>
    Expired = 6,

    /// <summary>Whether it took effect is not known: the edge was stopped while it ran, or never answered.</summary>
    Unknown = 7,
}

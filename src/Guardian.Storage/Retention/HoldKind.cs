namespace Guardian.Storage;

/// <summary>What a legal hold protects.</summary>
public enum HoldKind
{
    /// <summary>Everything of one event.</summary>
    Event = 1,

    /// <summary>Everything of one camera, also what arrives later.</summary>
    Camera = 2,
}

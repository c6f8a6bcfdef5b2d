namespace Guardian.Storage;

/// <summary>What the outbox makes of the store.</summary>
public enum ArchiveStoreState
{
    /// <summary>It takes objects.</summary>
    Up = 1,

    /// <summary>Too many attempts in a row have failed: it is left alone for a while.</summary>
    Down,

    /// <summary>The while is over: a single object is tried.</summary>
    Probing,
}

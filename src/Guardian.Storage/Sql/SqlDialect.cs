namespace Guardian.Storage;

/// <summary>The few words in which the two databases differ; everything else is written in what both understand.</summary>
/// <param name="ForUpdate">Ends a SELECT whose rows the transaction is about to change.</param>
/// <param name="SkipLocked">Ends a SELECT that takes rows which no other transaction has taken.</param>
/// <param name="LockEvent">Keeps other transactions that say the same from an event (<c>@EventId</c>) until this one ends; null where there is one writer anyway.</param>
internal sealed record SqlDialect(string ForUpdate, string SkipLocked, string? LockEvent)
{
    /// <summary>One writer at a time, so there is nothing to lock.</summary>
    public static readonly SqlDialect Sqlite = new("", "", null);

    public static readonly SqlDialect Postgres = new("FOR UPDATE", "FOR UPDATE SKIP LOCKED", "SELECT pg_advisory_xact_lock(hashtextextended(@EventId, 0))");
}

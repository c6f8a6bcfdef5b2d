namespace Guardian.Storage;

/// <summary>The few words in which the two databases differ; everything else is written in what both understand.</summary>
/// <param name="ForUpdate">Ends a SELECT whose rows the transaction is about to change.</param>
/// <param name="SkipLocked">Ends a SELECT that takes rows which no other transaction has taken.</param>
internal sealed record SqlDialect(string ForUpdate, string SkipLocked)
{
    /// <summary>One writer at a time, so there is nothing to lock.</summary>
    public static readonly SqlDialect Sqlite = new("", "");

    public static readonly SqlDialect Postgres = new("FOR UPDATE", "FOR UPDATE SKIP LOCKED");
}

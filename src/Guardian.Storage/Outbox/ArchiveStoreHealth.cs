namespace Guardian.Storage;

/// <summary>How the store is doing.</summary>
/// <param name="State">What the outbox makes of it.</param>
/// <param name="Since">Since when.</param>
/// <param name="LastError">Why the last attempt failed; null while the store is up.</param>
public sealed record ArchiveStoreHealth(ArchiveStoreState State, DateTimeOffset Since, string? LastError);

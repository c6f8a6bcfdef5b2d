using System.Data.Common;
using Dapper;

namespace Guardian.Storage;

/// <summary>Where this package's rows are: SQLite for one node, PostgreSQL for several. A finished write is durable.</summary>
internal abstract class StorageDatabase : IAsyncDisposable
{
    public abstract SqlDialect Dialect { get; }

    /// <summary>The database that an archive's options name.</summary>
    /// <exception cref="StorageException">It cannot be opened.</exception>
    public static StorageDatabase Open(SealedArchiveOptions options) =>
        options.PostgresConnection is { } postgres ? new PostgresStorageDatabase(postgres) : new SqliteStorageDatabase(Path.Combine(options.Directory, "objects.db"));

    /// <summary>Runs <paramref name="work"/> in a transaction and returns its result once that is durable. When it throws, nothing of it stays.</summary>
    /// <remarks>It may be run again after a clash with another transaction, so it changes nothing but rows.</remarks>
    /// <exception cref="StorageException">The database failed.</exception>
    public abstract Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken);

    /// <summary>Runs <paramref name="work"/> on a connection that sees what is committed.</summary>
    /// <exception cref="StorageException">The database failed.</exception>
    public abstract Task<T> ReadAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<DbConnection> work, CancellationToken cancellationToken) => WriteAsync(
        c =>
        {
            work(c);
            return true;
        },
        cancellationToken);

    /// <summary>Within a transaction: whoever begins, adopts or erases something of an event does it one after the other.</summary>
    public void LockEvent(DbConnection connection, Guid eventId)
    {
        if (Dialect.LockEvent is { } sql)
        {
            connection.Execute(sql, new { EventId = eventId.ToString() });
        }
    }

    public abstract ValueTask DisposeAsync();
}

using System.Data.Common;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Storage;

/// <summary>The rows in one SQLite file.</summary>
internal sealed class SqliteStorageDatabase : StorageDatabase
{
    private readonly SqliteDatabase _database;

    /// <exception cref="StorageException">The file cannot be opened, or a newer program wrote it.</exception>
    public SqliteStorageDatabase(string path)
    {
        try
        {
            _database = new SqliteDatabase(path, StorageSchema.Sqlite);
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException or IOException)
        {
            throw new StorageException($"index: {e.Message}", innerException: e);
        }
    }

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public override async Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new StorageException($"index: {e.Message}", isTransient: true, e);
        }
    }

    public override async Task<T> ReadAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.ReadAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new StorageException($"index: {e.Message}", isTransient: true, e);
        }
    }

    public override ValueTask DisposeAsync() => _database.DisposeAsync();
}

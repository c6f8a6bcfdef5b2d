using System.Data.Common;
using Dapper;
using Npgsql;

namespace Guardian.Storage;

/// <summary>The rows in a PostgreSQL database, which several nodes may share.</summary>
internal sealed class PostgresStorageDatabase : StorageDatabase
{
    /// <summary>Transactions at one time; more wait. Npgsql's own pool holds 100, which other programs on the server need too.</summary>
    private const int MaxConnections = 32;

    /// <summary>Attempts at a transaction that clashed with another one.</summary>
    private const int Attempts = 8;

    /// <summary>Any number that no other program's advisory lock has: the ASCII of "Guardian".</summary>
    private const long MigrationLock = 0x4775_6172_6469_616E;

    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _places = new(MaxConnections);

    /// <exception cref="StorageException">The server cannot be reached, or a newer program wrote the tables.</exception>
    public PostgresStorageDatabase(string connectionString)
    {
        try
        {
            _source = NpgsqlDataSource.Create(connectionString);
        }
        catch (ArgumentException e)
        {
            // Not the message: it may quote the password.
            throw new StorageException($"index: the connection string is not one of PostgreSQL's ({e.GetType().Name})");
        }

        try
        {
            using NpgsqlConnection connection = _source.OpenConnection();
            Migrate(connection);
        }
        catch (NpgsqlException e)
        {
            _source.Dispose();
            throw new StorageException($"index: {e.Message}", isTransient: true, e);
        }
        catch
        {
            _source.Dispose();
            throw;
        }
    }

    public override SqlDialect Dialect => SqlDialect.Postgres;

    public override async Task<T> WriteAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await RunAsync(
                    connection =>
                    {
                        using NpgsqlTransaction transaction = connection.BeginTransaction();
                        T result = work(connection);
                        transaction.Commit();
                        return result;
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException e) when (attempt < Attempts && e.InnerException is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure })
            {
                // The server ended one of the two; its neighbour is through by now.
            }
        }
    }

    public override Task<T> ReadAsync<T>(Func<DbConnection, T> work, CancellationToken cancellationToken) => RunAsync(work, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync().ConfigureAwait(false);
        _places.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, T> work, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await Task.Run(() => work(connection), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (NpgsqlException e)
        {
            throw new StorageException($"index: {e.Message}", isTransient: true, e);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>As for SQLite, but nodes that start together wait for each other.</summary>
    private static void Migrate(NpgsqlConnection connection)
    {
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        connection.Execute("SELECT pg_advisory_xact_lock(@MigrationLock)", new { MigrationLock });
        connection.Execute("CREATE TABLE IF NOT EXISTS guardian_storage_schema (version BIGINT NOT NULL)");
        long done = connection.ExecuteScalar<long?>("SELECT version FROM guardian_storage_schema") ?? 0;
        IReadOnlyList<string> migrations = StorageSchema.Postgres;
        if (done > migrations.Count)
        {
            throw new StorageException($"index: the database has schema version {done}; this program knows up to {migrations.Count}. Use a newer program.");
        }

        foreach (string migration in migrations.Skip((int)done))
        {
            connection.Execute(migration);
        }

        connection.Execute("DELETE FROM guardian_storage_schema; INSERT INTO guardian_storage_schema VALUES (@Count)", new { Count = (long)migrations.Count });
        transaction.Commit();
    }
}

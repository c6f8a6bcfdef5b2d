using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>A SQLite file of this package, whose errors are the package's own.</summary>
internal class TunnelDatabase : IAsyncDisposable
{
    private readonly SqliteDatabase _database;
    private readonly string _name;

    /// <param name="path">The file.</param>
    /// <param name="migrations">Its migrations, in order.</param>
    /// <param name="name">What it is, as errors say it.</param>
    /// <exception cref="TunnelException">The file cannot be opened, or a newer program wrote it.</exception>
    public TunnelDatabase(string path, IReadOnlyList<string> migrations, string name)
    {
        _name = name;
        try
        {
            _database = new SqliteDatabase(path, migrations);
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException or IOException)
        {
            throw new TunnelException($"{name}: {e.Message}", innerException: e);
        }
    }

    /// <inheritdoc cref="SqliteDatabase.WriteAsync{T}"/>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new TunnelException($"{_name}: {e.Message}", isTransient: true, e);
        }
    }

    /// <inheritdoc cref="SqliteDatabase.WriteAsync{T}"/>
    public Task WriteAsync(Action<SqliteConnection> work, CancellationToken cancellationToken) => WriteAsync(
        c =>
        {
            work(c);
            return true;
        },
        cancellationToken);

    /// <inheritdoc cref="SqliteDatabase.ReadAsync{T}"/>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.ReadAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new TunnelException($"{_name}: {e.Message}", isTransient: true, e);
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}

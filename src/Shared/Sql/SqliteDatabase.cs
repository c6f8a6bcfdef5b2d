using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Guardian.Shared.Sql;

/// <summary>
/// One SQLite file in WAL mode with <c>synchronous=FULL</c>: a finished <see cref="WriteAsync{T}"/> is on the disk.
/// </summary>
/// <remarks>
/// Writes go through one queue and one connection. What waits in the queue when a commit ends is committed together (group commit), so the cost of
/// an fsync is shared by all who wait for it. Each piece of work runs in a savepoint: one that throws is undone alone, its neighbours commit.
/// When the commit itself fails (a full disk), every piece of work of that group fails and nothing of it stays.
/// </remarks>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    /// <summary>Pieces of work that may wait; a further caller waits for a place.</summary>
    private const int QueueLimit = 4096;

    /// <summary>Pieces of work committed together at the most, so that the first of them need not wait for ever.</summary>
    private const int GroupLimit = 512;

    /// <summary>Idle connections kept for readers; opening one costs ten times a small query.</summary>
    private const int ReaderLimit = 16;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SqliteCommand _savepoint;
    private readonly SqliteCommand _keep;
    private readonly SqliteCommand _undo;
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly Channel<IWork> _queue = Channel.CreateBounded<IWork>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    private readonly Task _loop;
    private volatile bool _disposed;

    /// <summary>Opens or creates the file and brings its schema to the newest migration.</summary>
    /// <param name="path">The database file; its folder is created, readable by the owner only.</param>
    /// <param name="migrations">SQL scripts in order; the file's <c>user_version</c> says how many have run.</param>
    public SqliteDatabase(string path, IReadOnlyList<string> migrations)
    {
        SqliteLibrary.Initialize();
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // SQLite gives its journals the mode of the database file, so that has to be right before the first of them appears. A file that is there is not opened
        // here: closing it would drop the locks that this process holds on it elsewhere.
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!File.Exists(path))
        {
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = ownerOnly }).Dispose();
        }

        File.SetUnixFileMode(path, ownerOnly);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30, Pooling = false }.ToString();
        _writer = Open();
        try
        {
            _writer.Execute("PRAGMA journal_mode=WAL");
            Migrate(path, migrations);
        }
        catch
        {
            _writer.Dispose();
            throw;
        }

        // Three statements a piece of work, so they are prepared once.
        _savepoint = Prepare("SAVEPOINT work");
        _keep = Prepare("RELEASE work");
        _undo = Prepare("ROLLBACK TO work");
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Runs <paramref name="work"/> inside the next commit and returns its result once that commit is durable.</summary>
    /// <remarks>Cancelling gives up the wait for a place in the queue; work that is queued runs to its end.</remarks>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        var item = new Work<T>(work);
        await _queue.Writer.WriteAsync(item, cancellationToken).ConfigureAwait(false);
        return await item.Task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<SqliteConnection> work, CancellationToken cancellationToken) =>
        WriteAsync(c => { work(c); return true; }, cancellationToken);

    /// <summary>Runs <paramref name="work"/> on a connection of its own that sees the last commit.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await Task.Run(
            () =>
            {
                SqliteConnection connection = _readers.TryTake(out SqliteConnection? idle) ? idle : Open();
                try
                {
                    return work(connection);
                }
                finally
                {
                    Return(connection);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finishes what is queued and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            await _loop.ConfigureAwait(false);
            _savepoint.Dispose();
            _keep.Dispose();
            _undo.Dispose();
            await _writer.DisposeAsync().ConfigureAwait(false);
            _disposed = true;
            while (_readers.TryTake(out SqliteConnection? reader))
            {
                await reader.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private SqliteCommand Prepare(string sql)
    {
        SqliteCommand command = _writer.CreateCommand();
        command.CommandText = sql;
        command.Prepare();
        return command;
    }

    private void Return(SqliteConnection connection)
    {
        if (_disposed || _readers.Count >= ReaderLimit)
        {
            connection.Dispose();
        }
        else
        {
            _readers.Add(connection);
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        connection.Execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000");
        return connection;
    }

    private void Migrate(string path, IReadOnlyList<string> migrations)
    {
        _writer.Execute("BEGIN IMMEDIATE");
        long done = _writer.ExecuteScalar<long>("PRAGMA user_version");
        if (done > migrations.Count)
        {
            _writer.Execute("ROLLBACK");
            throw new InvalidOperationException($"{path} has schema version {done}; this program knows up to {migrations.Count}. Use a newer program.");
        }

        for (int i = (int)done; i < migrations.Count; i++)
        {
            _writer.Execute(migrations[i]);
        }

        _writer.Execute($"PRAGMA user_version={migrations.Count}; COMMIT");
    }

    private async Task RunAsync()
    {
        var group = new List<IWork>(GroupLimit);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            while (group.Count < GroupLimit && _queue.Reader.TryRead(out IWork? item))
            {
                group.Add(item);
            }

            Commit(group);
        }
    }

    private void Commit(List<IWork> group)
    {
        try
        {
            _writer.Execute("BEGIN IMMEDIATE");
            foreach (IWork item in group)
            {
                _savepoint.ExecuteNonQuery();
                if (!item.Run(_writer))
                {
                    _undo.ExecuteNonQuery();
                }

                _keep.ExecuteNonQuery();
            }

            _writer.Execute("COMMIT");
        }
        catch (SqliteException e)
        {
            try
            {
                _writer.Execute("ROLLBACK");
            }
            catch (SqliteException)
            {
                // Some failures (a full disk) have already rolled the transaction back.
            }

            group.ForEach(i => i.Fail(e));
            return;
        }

        group.ForEach(i => i.Complete());
    }

    private interface IWork
    {
        /// <summary>False when the work threw and is to be undone; its error is kept for <see cref="Complete"/>.</summary>
        bool Run(SqliteConnection connection);

        void Complete();

        void Fail(Exception error);
    }

    private sealed class Work<T>(Func<SqliteConnection, T> work) : IWork
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _error;

        public Task<T> Task => _done.Task;

        public bool Run(SqliteConnection connection)
        {
            try
            {
                _result = work(connection);
                return true;
            }
            catch (Exception e) when (e is not SqliteException { SqliteErrorCode: Full or IoError or Corrupt })
            {
                _error = e;
                return false;
            }
        }

        public void Complete()
        {
            if (_error is null)
            {
                _done.SetResult(_result!);
            }
            else
            {
                _done.SetException(_error);
            }
        }

        public void Fail(Exception error) => _done.TrySetException(error);
    }

    // Result codes after which SQLite may have ended the whole transaction: the group fails as one. https://www.sqlite.org/rescode.html
    private const int IoError = 10, Corrupt = 11, Full = 13;
}

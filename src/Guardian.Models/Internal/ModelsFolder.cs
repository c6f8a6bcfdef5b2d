using Guardian.Shared.Files;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;

namespace Guardian.Models.Internal;

/// <summary>The folder that everything lies in: models.db, datasets/, models/, checkpoints/ and tmp/ for files that are being written.</summary>
internal sealed class ModelsFolder : IAsyncDisposable
{
    private const string DatabaseName = "models.db";

    private readonly string _temporary;
    private readonly FolderPresence _presence;

    public ModelsFolder(string root)
    {
        Root = Path.GetFullPath(root);
        _temporary = Path.Combine(Root, "tmp");
        DurableFile.CreateFolder(Root);
        _presence = new FolderPresence(Path.Combine(Root, "open"));
        try
        {
            if (IsAlone && Directory.Exists(_temporary))
            {
                // Whatever lies there was being written when an earlier process ended; no row names it.
                Directory.Delete(_temporary, recursive: true);
            }

            DurableFile.CreateFolder(_temporary);
            DurableFile.CreateFolder(Checkpoints);
            Database = new SqliteDatabase(Path.Combine(Root, DatabaseName), Schema.Migrations);
        }
        catch
        {
            _presence.Dispose();
            throw;
        }
    }

    /// <summary>True when no other process had the folder open at the start: what no row names then is what an earlier one left. Others wait until <see cref="Share"/>.</summary>
    public bool IsAlone => _presence.IsAlone;

    public string Root { get; }

    public SqliteDatabase Database { get; }

    /// <summary>A name that nobody uses, on the same file system as everything else.</summary>
    public string NewTemporaryFile() => Path.Combine(_temporary, Guid.NewGuid().ToString("N"));

    public string SnapshotFile(string cameraId, string label, string sha256) => Path.Combine(Datasets, cameraId, label, sha256 + ".jpg");

    public string Datasets => Path.Combine(Root, "datasets");

    public string Models => Path.Combine(Root, "models");

    public string ModelFolder(string modelId) => Path.Combine(Models, modelId);

    public string Checkpoints => Path.Combine(Root, "checkpoints");

    public string CheckpointFile(string jobId) => Path.Combine(Checkpoints, jobId + ".checkpoint");

    /// <summary>Reads at the start, before there is anybody to wait for.</summary>
    public T ReadAlone<T>(Func<SqliteConnection, T> work)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Root, DatabaseName)};Pooling=False");
        connection.Open();
        return work(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync().ConfigureAwait(false);
        _presence.Dispose();
    }

    /// <summary>Lets other processes open the folder: what an earlier one left is tidied up.</summary>
    public void Share() => _presence.Share();
}

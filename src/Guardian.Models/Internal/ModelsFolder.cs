using Guardian.Shared.Files;
using Guardian.Shared.Sql;

namespace Guardian.Models.Internal;

/// <summary>The folder that everything lies in: models.db, datasets/, models/ and tmp/ for files that are being written.</summary>
internal sealed class ModelsFolder : IAsyncDisposable
{
    private readonly string _temporary;

    public ModelsFolder(string root)
    {
        Root = Path.GetFullPath(root);
        _temporary = Path.Combine(Root, "tmp");
        if (Directory.Exists(_temporary))
        {
            // Whatever lies there was being written when an earlier process ended; no row names it.
            Directory.Delete(_temporary, recursive: true);
        }

        DurableFile.CreateFolder(_temporary);
        Database = new SqliteDatabase(Path.Combine(Root, "models.db"), Schema.Migrations);
    }

    public string Root { get; }

    public SqliteDatabase Database { get; }

    /// <summary>A name that nobody uses, on the same file system as everything else.</summary>
    public string NewTemporaryFile() => Path.Combine(_temporary, Guid.NewGuid().ToString("N"));

    public string SnapshotFile(string cameraId, string label, string sha256) => Path.Combine(Datasets, cameraId, label, sha256 + ".jpg");

    public string Datasets => Path.Combine(Root, "datasets");

    public string Models => Path.Combine(Root, "models");

    public string ModelFolder(string modelId) => Path.Combine(Models, modelId);

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

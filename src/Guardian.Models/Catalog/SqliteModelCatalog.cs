using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Models.Onnx;
using Guardian.Shared.Files;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Guardian.Models.Catalog;

/// <summary>Rows in SQLite, files as <c>models/{modelId}/model.onnx</c> and <c>metadata.json</c>, written before the row.</summary>
internal sealed class SqliteModelCatalog : IModelCatalog, IDisposable
{
    private const string OnnxFile = "model.onnx";
    private const string MetadataFile = "metadata.json";
    private const int MaxNameLength = 200;
    private const int MaxModelBytes = 512 * 1024 * 1024;

    private readonly ModelsFolder _folder;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _registering = new(1);

    public SqliteModelCatalog(ModelsFolder folder, ILogger log)
    {
        (_folder, _log) = (folder, log);
        if (folder.IsAlone)
        {
            RemoveLeftovers();
        }
    }

    public async Task<CatalogModel> RegisterAsync(TrainedModel model, string? name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        Identifiers.ThrowIfNotCamera(model.CameraId);
        if (name is { Length: 0 or > MaxNameLength } || name?.Any(char.IsControl) == true)
        {
            throw new ArgumentException($"The model's name must have 1 to {MaxNameLength} characters, none of them a control character.", nameof(name));
        }

        if (model.Onnx.Length is 0 or > MaxModelBytes)
        {
            throw new ArgumentException($"{nameof(model.Onnx)} has {model.Onnx.Length} bytes; it must have 1 to {MaxModelBytes}.", nameof(model));
        }

        // One at a time: the version, which is part of metadata.json, is chosen before the row that claims it.
        await _registering.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Failures.WrapAsync("Registering a model", () => StoreAsync(model, name, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            _registering.Release();
        }
    }

    public async Task<CatalogModel?> GetAsync(string modelId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelId);
        ModelRow? row = await _folder.Database.ReadAsync(
            c => c.QuerySingleOrDefault<ModelRow>($"SELECT {ModelRow.Columns} FROM models WHERE model_id = @modelId", new { modelId }),
            cancellationToken).ConfigureAwait(false);
        return row?.ToModel();
    }

    public async Task<IReadOnlyList<CatalogModel>> ListAsync(string? cameraId, CancellationToken cancellationToken)
    {
        const string sql = $"""
            SELECT {ModelRow.Columns} FROM models WHERE @cameraId IS NULL OR camera_id = @cameraId
            ORDER BY camera_id, major DESC, minor DESC, patch DESC
            """;
        List<ModelRow> rows = await _folder.Database.ReadAsync(c => c.Query<ModelRow>(sql, new { cameraId }).AsList(), cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToModel())];
    }

    public async Task<CatalogModel?> ActiveForCameraAsync(string cameraId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        const string sql = $"SELECT {ModelRow.Columns} FROM models WHERE camera_id = @cameraId AND status = @active";
        ModelRow? row = await _folder.Database.ReadAsync(
            c => c.QuerySingleOrDefault<ModelRow>(sql, new { cameraId, active = (int)ModelStatus.Active }), cancellationToken).ConfigureAwait(false);
        return row?.ToModel();
    }

    public async Task<Stream> OpenAsync(string modelId, CancellationToken cancellationToken)
    {
        CatalogModel model = await GetAsync(modelId, cancellationToken).ConfigureAwait(false)
            ?? throw new ModelException($"There is no model {modelId} in the catalog.");
        return await Failures.WrapAsync($"Reading model {modelId}", () => OpenCheckedAsync(model, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<bool> SetStatusAsync(string modelId, ModelStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelId);
        if (!Enum.IsDefined(status))
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "Not a model status.");
        }

        return await Failures.WrapAsync(
            $"Changing the status of model {modelId}",
            () => _folder.Database.WriteAsync(c => SetStatus(c, modelId, status), cancellationToken)).ConfigureAwait(false);
    }

    public void Dispose() => _registering.Dispose();

    private static bool SetStatus(SqliteConnection connection, string modelId, ModelStatus status)
    {
        if (status == ModelStatus.Active)
        {
            connection.Execute(
                """
                UPDATE models SET status = @archived
                WHERE status = @active AND model_id <> @modelId AND camera_id = (SELECT camera_id FROM models WHERE model_id = @modelId)
                """,
                new { modelId, active = (int)ModelStatus.Active, archived = (int)ModelStatus.Archived });
        }

        return connection.Execute("UPDATE models SET status = @status WHERE model_id = @modelId", new { modelId, status = (int)status }) == 1;
    }

    private async Task<CatalogModel> StoreAsync(TrainedModel model, string? name, CancellationToken cancellationToken)
    {
        ModelVersion version = await NextVersionAsync(model.CameraId, cancellationToken).ConfigureAwait(false);
        ModelMetadata metadata = Describe(model, Guid.CreateVersion7(model.CreatedAt).ToString(), version, name);
        string json = JsonSerializer.Serialize(metadata, ModelsJson.Default.ModelMetadata);
        string folder = _folder.ModelFolder(metadata.ModelId);
        DurableFile.CreateFolder(folder);
        var row = new ModelRow
        {
            ModelId = metadata.ModelId,
            CameraId = model.CameraId,
            Major = version.Major,
            Minor = version.Minor,
            Patch = version.Patch,
            Status = (int)ModelStatus.Ready,
            Size = metadata.OnnxSize,
            Sha256 = metadata.OnnxSha256,
            CreatedAt = SqlTime.ToSql(model.CreatedAt),
            Metadata = json,
        };
        try
        {
            await DurableFile.WriteAsync(Path.Combine(folder, OnnxFile), _folder.NewTemporaryFile(), model.Onnx, cancellationToken).ConfigureAwait(false);
            await DurableFile.WriteAsync(
                Path.Combine(folder, MetadataFile), _folder.NewTemporaryFile(), System.Text.Encoding.UTF8.GetBytes(json), cancellationToken).ConfigureAwait(false);
            await _folder.Database.WriteAsync(
                c => c.Execute(
                    """
                    INSERT INTO models (model_id, camera_id, major, minor, patch, status, size, sha256, created_at, metadata)
                    VALUES (@ModelId, @CameraId, @Major, @Minor, @Patch, @Status, @Size, @Sha256, @CreatedAt, @Metadata)
                    """,
                    row),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }

        _log.ModelRegistered(row.ModelId, row.CameraId, version, row.Size);
        return row.ToModel();
    }

    private async Task<ModelVersion> NextVersionAsync(string cameraId, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogModel> models = await ListAsync(cameraId, cancellationToken).ConfigureAwait(false);
        return models.Count == 0 ? ModelVersion.First : models[0].Version.Next();
    }

    private static ModelMetadata Describe(TrainedModel model, string modelId, ModelVersion version, string? name) => new()
    {
        ModelId = modelId,
        Name = name ?? $"{model.CameraId} {version}",
        Version = version.ToString(),
        ModelType = model.ModelType,
        CameraId = model.CameraId,
        Architecture = model.Architecture,
        InputWidth = model.Options.InputWidth,
        InputHeight = model.Options.InputHeight,
        LatentSize = model.Options.LatentSize,
        Threshold = model.Threshold,
        ProbeScore = model.ProbeScore,
        TrainingImageCount = model.Metrics.TrainingImages + model.Metrics.ValidationImages,
        DatasetFingerprint = model.DatasetFingerprint,
        Metrics = model.Metrics,
        Hyperparameters = model.Options,
        CreatedAt = model.CreatedAt.ToUniversalTime(),
        OnnxFile = OnnxFile,
        OnnxSize = model.Onnx.Length,
        OnnxSha256 = Convert.ToHexStringLower(SHA256.HashData(model.Onnx.Span)),
        Opset = GraphBuilder.OperatorSet,
        Producer = GraphBuilder.Producer,
    };

    private async Task<Stream> OpenCheckedAsync(CatalogModel model, CancellationToken cancellationToken)
    {
        var stream = new FileStream(
            Path.Combine(_folder.ModelFolder(model.ModelId), OnnxFile), FileMode.Open, FileAccess.Read, FileShare.Read, 65536, useAsync: true);
        try
        {
            // The hash is taken over the very file that is handed out; a file put in its place meanwhile would be another one.
            string actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
            if (actual != model.Sha256)
            {
                _log.ModelDamaged(model.ModelId, model.Sha256, actual);
                throw new ModelException($"The file of model {model.ModelId} is not what was registered: SHA-256 is {actual}, the catalog says {model.Sha256}.");
            }

            stream.Position = 0;
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Folders that no row names: a process ended while registering.</summary>
    private void RemoveLeftovers()
    {
        if (!Directory.Exists(_folder.Models))
        {
            return;
        }

        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Root, "models.db")};Pooling=False");
        connection.Open();
        HashSet<string> known = [.. connection.Query<string>("SELECT model_id FROM models")];
        foreach (string folder in Directory.EnumerateDirectories(_folder.Models).Where(f => !known.Contains(Path.GetFileName(f))).ToList())
        {
            Directory.Delete(folder, recursive: true);
            _log.LeftoverRemoved(Path.GetFileName(folder));
        }
    }
}

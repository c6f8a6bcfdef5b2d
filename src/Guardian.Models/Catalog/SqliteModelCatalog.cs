using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Models.Onnx;
using Guardian.Shared.Files;
using Guardian.Shared.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Guardian.Models.Catalog;

/// <summary>Rows in SQLite, files as <c>models/{modelId}/model.onnx</c> and <c>metadata.json</c>, written before the row.</summary>
internal sealed class SqliteModelCatalog : IModelCatalog, IDisposable
{
    private const string MetadataName = "metadata.json";
    private const int MaxModelBytes = 512 * 1024 * 1024;

    private readonly ModelsFolder _folder;
    private readonly GuardianModelsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _registering = new(1);

    public SqliteModelCatalog(ModelsFolder folder, GuardianModelsOptions options, TimeProvider time, ILogger log)
    {
        (_folder, _options, _time, _log) = (folder, options, time, log);
        if (folder.IsAlone)
        {
            RemoveLeftovers();
        }
    }

    public async Task<CatalogModel> RegisterAsync(TrainedModel model, string? name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        Identifiers.ThrowIfNotCamera(model.CameraId);
        if (name is not null)
        {
            NewModelCheck.ThrowIfNotName(name);
        }

        if (model.Onnx.Length is 0 or > MaxModelBytes)
        {
            throw new ArgumentException($"{nameof(model.Onnx)} has {model.Onnx.Length} bytes; it must have 1 to {MaxModelBytes}.", nameof(model));
        }

        var described = new NewModel
        {
            CameraId = model.CameraId,
            Name = name ?? model.CameraId,
            ModelType = model.ModelType,
            CreatedAt = model.CreatedAt,
            ProbeScore = model.ProbeScore,
            Requirements = new ModelRequirements { Opset = GraphBuilder.OperatorSet, MemoryBytes = 3L * model.Onnx.Length },
            Lineage = new ModelLineage
            {
                DatasetVersion = model.DatasetVersion ?? model.DatasetFingerprint,
                ParentModelId = model.ParentModelId,
                Trainer = model.ModelType,
                CodeVersion = GraphBuilder.Producer,
                HyperparametersJson = JsonSerializer.Serialize(model.Options, CatalogJson.Default.TrainingOptions),
                MetricsJson = JsonSerializer.Serialize(model.Metrics, CatalogJson.Default.TrainingMetrics),
            },
        };
        NewModelCheck.ThrowIfNotLineage(described.Lineage);
        using Stream onnx = StreamOf(model.Onnx);
        return await StoreAsync(described, onnx, (row, version) => MetadataFile.Describe(model, row.ModelId, version, name), name is null, cancellationToken).ConfigureAwait(false);
    }

    public async Task<CatalogModel> RegisterAsync(NewModel model, Stream onnx, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(onnx);
        NewModelCheck.ThrowIfInvalid(model);
        return await StoreAsync(model, onnx, metadata: null, isUnnamed: false, cancellationToken).ConfigureAwait(false);
    }

    public async Task<CatalogModel> BeginTrainingAsync(string cameraId, ModelLineage lineage, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        NewModelCheck.ThrowIfNotLineage(lineage);
        ModelRow row = await Failures.WrapAsync("Beginning a training", () => _folder.Database.WriteAsync(c => Begin(c, cameraId, lineage), cancellationToken)).ConfigureAwait(false);
        return row.ToModel();
    }

    public async Task<CatalogModel?> GetAsync(string modelId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelId);
        ModelRow? row = await _folder.Database.ReadAsync(c => Find(c, modelId), cancellationToken).ConfigureAwait(false);
        return row?.ToModel();
    }

    public async Task<IReadOnlyList<CatalogModel>> ListAsync(string? cameraId, CancellationToken cancellationToken)
    {
        const string sql = $"SELECT {ModelRow.Columns} FROM models WHERE @cameraId IS NULL OR camera_id = @cameraId ORDER BY series";
        List<ModelRow> rows = await _folder.Database.ReadAsync(c => c.Query<ModelRow>(sql, new { cameraId }).AsList(), cancellationToken).ConfigureAwait(false);

        // Precedence of semantic versions is no order of text; the sort keeps the order of the series.
        return [.. rows.GroupBy(r => r.Series).SelectMany(g => g.Select(r => r.ToModel()).OrderByDescending(m => m.Version))];
    }

    public async Task<CatalogModel?> ActiveForCameraAsync(string cameraId, CancellationToken cancellationToken)
    {
        Identifiers.ThrowIfNotCamera(cameraId);
        const string sql = $"SELECT {ModelRow.Columns} FROM models WHERE camera_id = @cameraId AND status = @active";
        ModelRow? row = await _folder.Database.ReadAsync(
            c => c.QuerySingleOrDefault<ModelRow>(sql, new { cameraId, active = (int)ModelStatus.Active }), cancellationToken).ConfigureAwait(false);
        return row?.ToModel();
    }

    public Task<Stream> OpenAsync(string modelId, CancellationToken cancellationToken) => Failures.WrapAsync<Stream>($"Reading model {modelId}", async () =>
    {
        (ModelRow row, byte[] hashes) = await WithHashesAsync(modelId, cancellationToken).ConfigureAwait(false);
        if (!File.Exists(FileOf(modelId)))
        {
            throw await DamagedAsync(modelId, "it is missing").ConfigureAwait(false);
        }

        SafeFileHandle file = File.OpenHandle(FileOf(modelId), options: FileOptions.Asynchronous);
        try
        {
            return RandomAccess.GetLength(file) == row.Size
                ? new VerifiedModelStream(file, row.Size, hashes, what => DamagedAsync(modelId, what))
                : throw await DamagedAsync(modelId, $"it has {RandomAccess.GetLength(file)} bytes and not {row.Size}").ConfigureAwait(false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    public async Task<ReadOnlyMemory<byte>> ChunkHashesAsync(string modelId, CancellationToken cancellationToken) =>
        (await Failures.WrapAsync($"Reading model {modelId}", () => WithHashesAsync(modelId, cancellationToken)).ConfigureAwait(false)).Hashes;

    public Task<bool> SetStatusAsync(string modelId, ModelStatus status, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelId);
        return Enum.IsDefined(status)
            ? Failures.WrapAsync($"Changing the status of model {modelId}", () => _folder.Database.WriteAsync(c => SetStatus(c, modelId, status), cancellationToken))
            : throw new ArgumentOutOfRangeException(nameof(status), status, "Not a model status.");
    }

    public Task<bool> SetPinnedAsync(string modelId, bool isPinned, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelId);
        return Failures.WrapAsync(
            $"Pinning model {modelId}",
            () => _folder.Database.WriteAsync(c => c.Execute("UPDATE models SET is_pinned = @isPinned WHERE model_id = @modelId", new { modelId, isPinned }) == 1, cancellationToken));
    }

    public async Task<ModelCleanup> CleanAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogModel> all = await Failures.WrapAsync("Looking for models to remove", () => ListAsync(null, cancellationToken)).ConfigureAwait(false);
        List<CatalogModel> candidates = [.. all.GroupBy(Series).SelectMany(g => g.Skip(_options.KeepModelsPerCamera)).Where(m => m.Status is ModelStatus.Archived or ModelStatus.Failed)];
        var removed = new List<CatalogModel>();
        foreach (CatalogModel model in candidates)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await Failures.WrapAsync($"Removing model {model.ModelId}", () => RemoveAsync(model)).ConfigureAwait(false))
            {
                removed.Add(model);
            }
        }

        return new ModelCleanup([.. removed.Select(m => m.ModelId)], removed.Sum(m => m.Size));
    }

    public void Dispose() => _registering.Dispose();

    private static string Series(string? cameraId, string name) => cameraId is null ? $"base:{name}" : $"camera:{cameraId}";

    private static string Series(CatalogModel model) => Series(model.CameraId, model.Name);

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);

    private static ModelRow? Find(SqliteConnection connection, string modelId) =>
        connection.QuerySingleOrDefault<ModelRow>($"SELECT {ModelRow.Columns} FROM models WHERE model_id = @modelId", new { modelId });

    private static ModelRow? InTraining(SqliteConnection connection, string series) => connection.QueryFirstOrDefault<ModelRow>(
        $"SELECT {ModelRow.Columns} FROM models WHERE series = @series AND status = @training", new { series, training = (int)ModelStatus.Training });

    private static ModelVersion NextVersion(SqliteConnection connection, string series)
    {
        List<ModelVersion> taken = [.. connection.Query<string>("SELECT version FROM models WHERE series = @series", new { series }).Select(ModelVersion.Parse)];
        return taken.Count == 0 ? ModelVersion.First : taken.Max().Next();
    }

    private static bool SetStatus(SqliteConnection connection, string modelId, ModelStatus status)
    {
        if (Find(connection, modelId) is not { } row)
        {
            return false;
        }

        var from = (ModelStatus)row.Status;
        if (!StatusTransitions.Allows(from, status))
        {
            throw new ModelException($"Model {modelId} is {from} and cannot become {status}.");
        }

        if (status == ModelStatus.Active && row.CameraId is not null)
        {
            connection.Execute(
                "UPDATE models SET status = @archived WHERE status = @active AND model_id <> @modelId AND camera_id = @CameraId",
                new { modelId, row.CameraId, active = (int)ModelStatus.Active, archived = (int)ModelStatus.Archived });
        }

        connection.Execute("UPDATE models SET status = @status WHERE model_id = @modelId", new { modelId, status = (int)status });
        return true;
    }

    private string FileOf(string modelId) => Path.Combine(_folder.ModelFolder(modelId), MetadataFile.OnnxFile);

    private ModelRow Begin(SqliteConnection connection, string cameraId, ModelLineage lineage)
    {
        string series = Series(cameraId, "");
        if (InTraining(connection, series) is { } open)
        {
            return open;
        }

        ModelVersion version = NextVersion(connection, series);
        var row = new ModelRow
        {
            ModelId = Guid.CreateVersion7(_time.GetUtcNow()).ToString(),
            Series = series,
            CameraId = cameraId,
            Name = $"{cameraId} {version}",
            ModelType = "training",
            Version = version.ToString(),
            Status = (int)ModelStatus.Training,
            CreatedAt = SqlTime.ToSql(_time.GetUtcNow()),
            Metadata = "{}",
            Lineage = JsonSerializer.Serialize(lineage, CatalogJson.Default.ModelLineage),
            Requirements = JsonSerializer.Serialize(new ModelRequirements { Opset = GraphBuilder.OperatorSet }, CatalogJson.Default.ModelRequirements),
        };
        Insert(connection, row);
        return row;
    }

    private static void Insert(SqliteConnection connection, ModelRow row) => connection.Execute(
        """
        INSERT INTO models (model_id, series, camera_id, name, model_type, version, status, is_pinned, size, sha256, chunks, created_at, is_trained, metadata, lineage, requirements, probe_score)
        VALUES (@ModelId, @Series, @CameraId, @Name, @ModelType, @Version, @Status, @IsPinned, @Size, @Sha256, @Chunks, @CreatedAt, @IsTrained, @Metadata, @Lineage, @Requirements, @ProbeScore)
        """,
        row);

    /// <summary>
    /// Spools the file, then takes the version and describes the model, then gives the file its place, then the row. One at a time: the version, which is part of metadata.json, is chosen before the
    /// row that claims it.
    /// </summary>
    private async Task<CatalogModel> StoreAsync(NewModel model, Stream onnx, Func<ModelRow, ModelVersion, string>? metadata, bool isUnnamed, CancellationToken cancellationToken)
    {
        string spooled = _folder.NewTemporaryFile();
        await _registering.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Failures.WrapAsync("Registering a model", async () =>
            {
                (long size, string sha256, byte[] hashes) = await SpoolAsync(onnx, spooled, cancellationToken).ConfigureAwait(false);
                ModelRow row = await DescribeAsync(model, size, sha256, hashes, metadata, isUnnamed, cancellationToken).ConfigureAwait(false);
                await PublishAsync(row, spooled, cancellationToken).ConfigureAwait(false);
                _log.ModelRegistered(row.ModelId, row.Series, ModelVersion.Parse(row.Version), row.Size);
                return row.ToModel();
            }).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(spooled);
            _registering.Release();
        }
    }

    private static async Task<(long Size, string Sha256, byte[] Hashes)> SpoolAsync(Stream onnx, string path, CancellationToken cancellationToken)
    {
        FileStream file = DurableFile.Create(path);
        await using (file.ConfigureAwait(false))
        {
            if (await ModelChunks.CopyAsync(onnx, file, MaxModelBytes, cancellationToken).ConfigureAwait(false) is not ({ } size, { } sha256, { } hashes) || size == 0)
            {
                throw new ArgumentException($"onnx: 1 to {MaxModelBytes} bytes are taken", nameof(onnx));
            }

            file.Flush(flushToDisk: true);
            return (size, sha256, hashes);
        }
    }

    private async Task<ModelRow> DescribeAsync(
        NewModel model, long size, string sha256, byte[] hashes, Func<ModelRow, ModelVersion, string>? metadata, bool isUnnamed, CancellationToken cancellationToken)
    {
        string series = Series(model.CameraId, model.Name);
        (ModelRow? open, ModelVersion next) = await _folder.Database.ReadAsync(c => (model.CameraId is null ? null : InTraining(c, series), NextVersion(c, series)), cancellationToken).ConfigureAwait(false);
        bool continues = open is not null && metadata is not null;
        ModelVersion version = continues ? ModelVersion.Parse(open!.Version) : model.Version ?? next;
        var row = new ModelRow
        {
            ModelId = continues ? open!.ModelId : Guid.CreateVersion7(model.CreatedAt).ToString(),
            Series = series,
            CameraId = model.CameraId,
            Name = metadata is not null && isUnnamed ? $"{model.CameraId} {version}" : model.Name,
            ModelType = model.ModelType,
            Version = version.ToString(),
            Status = (int)ModelStatus.Ready,
            Size = size,
            Sha256 = sha256,
            Chunks = hashes,
            CreatedAt = SqlTime.ToSql(model.CreatedAt),
            IsTrained = metadata is not null,
            Lineage = JsonSerializer.Serialize(model.Lineage, CatalogJson.Default.ModelLineage),
            Requirements = JsonSerializer.Serialize(model.Requirements, CatalogJson.Default.ModelRequirements),
            ProbeScore = model.ProbeScore,
        };
        row.Metadata = metadata is null ? MetadataFile.Describe(model, row.ModelId, version, size, sha256) : metadata(row, version);
        return row;
    }

    private async Task PublishAsync(ModelRow row, string spooled, CancellationToken cancellationToken)
    {
        string folder = _folder.ModelFolder(row.ModelId);
        DurableFile.CreateFolder(folder);
        try
        {
            DurableFile.Rename(spooled, Path.Combine(folder, MetadataFile.OnnxFile));
            await DurableFile.WriteAsync(Path.Combine(folder, MetadataName), _folder.NewTemporaryFile(), Encoding.UTF8.GetBytes(row.Metadata), cancellationToken).ConfigureAwait(false);
            await _folder.Database.WriteAsync(
                c =>
                {
                    // The version that was taken when the training began gives way to the model it has become.
                    c.Execute("DELETE FROM models WHERE model_id = @ModelId AND status = @training", new { row.ModelId, training = (int)ModelStatus.Training });
                    ThrowIfTaken(c, row);
                    ThrowIfFull(c, row);
                    Insert(c, row);
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static void ThrowIfTaken(SqliteConnection connection, ModelRow row)
    {
        if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM models WHERE series = @Series AND version = @Version", row) > 0)
        {
            throw new ModelException($"version: {row.Series} has a model {row.Version} already");
        }
    }

    private void ThrowIfFull(SqliteConnection connection, ModelRow row)
    {
        long total = connection.ExecuteScalar<long>("SELECT COALESCE(SUM(size), 0) FROM models");
        long own = connection.ExecuteScalar<long>("SELECT COALESCE(SUM(size), 0) FROM models WHERE series = @Series", row);
        (string Name, long Limit, long Used)? over = total + row.Size > _options.MaxModelBytes ? (nameof(_options.MaxModelBytes), _options.MaxModelBytes, total)
            : own + row.Size > _options.MaxModelBytesPerCamera ? (nameof(_options.MaxModelBytesPerCamera), _options.MaxModelBytesPerCamera, own) : null;
        if (over is var (name, limit, used))
        {
            throw new ModelException($"{name}: {used} of {limit} bytes are used, and {row.Series} {row.Version} has {row.Size}; a clean-up removes what is archived and not needed");
        }
    }

    private async Task<(ModelRow Row, byte[] Hashes)> WithHashesAsync(string modelId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(modelId);
        ModelRow? row = await _folder.Database.ReadAsync(
            c => c.QuerySingleOrDefault<ModelRow>($"SELECT {ModelRow.Columns}, chunks AS Chunks FROM models WHERE model_id = @modelId", new { modelId }), cancellationToken).ConfigureAwait(false);
        return row switch
        {
            null => throw new ModelException($"There is no model {modelId} in the catalog."),
            { Status: (int)ModelStatus.Failed } => throw new ModelException($"Model {modelId} has failed and is not handed out."),
            { Status: (int)ModelStatus.Training } => throw new ModelException($"Model {modelId} is still trained."),
            { Chunks.Length: 0 } => (row, await HashAsync(row, cancellationToken).ConfigureAwait(false)),
            _ => (row, row.Chunks),
        };
    }

    /// <summary>A model of a catalog from before there were hashes of chunks: its file is checked as a whole, once.</summary>
    private async Task<byte[]> HashAsync(ModelRow row, CancellationToken cancellationToken)
    {
        FileStream file = File.OpenRead(FileOf(row.ModelId));
        await using (file.ConfigureAwait(false))
        {
            if (await ModelChunks.CopyAsync(file, null, MaxModelBytes, cancellationToken).ConfigureAwait(false) is not ({ } size, { } sha256, { } hashes) || size != row.Size || sha256 != row.Sha256)
            {
                throw await DamagedAsync(row.ModelId, $"it does not have the SHA-256 {row.Sha256}").ConfigureAwait(false);
            }

            await _folder.Database.WriteAsync(c => c.Execute("UPDATE models SET chunks = @hashes WHERE model_id = @ModelId", new { row.ModelId, hashes }), cancellationToken).ConfigureAwait(false);
            return hashes;
        }
    }

    private async Task<ModelException> DamagedAsync(string modelId, string what)
    {
        _log.ModelDamaged(modelId, what);
        await _folder.Database.WriteAsync(c => SetStatus(c, modelId, ModelStatus.Failed), CancellationToken.None).ConfigureAwait(false);
        return new ModelException($"The file of model {modelId} is not what was registered: {what}.");
    }

    /// <summary>The row first: a folder without a row is litter that the next start removes, a row without its folder would be a lie.</summary>
    private async Task<bool> RemoveAsync(CatalogModel model)
    {
        int rows = await _folder.Database.WriteAsync(
            c => c.Execute(
                """
                DELETE FROM models WHERE model_id = @ModelId AND is_pinned = 0 AND status IN (@archived, @failed)
                AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.model_id = @ModelId AND d.is_withdrawal = 0 AND d.state IN (0, 1, 2))
                AND NOT EXISTS (SELECT 1 FROM assignments a WHERE @ModelId IN (a.model_id, a.previous_model_id))
                AND NOT EXISTS (SELECT 1 FROM rollout_targets t JOIN rollouts r ON r.rollout_id = t.rollout_id WHERE r.is_open = 1 AND @ModelId IN (t.model_id, t.previous_model_id))
                """,
                new { model.ModelId, archived = (int)ModelStatus.Archived, failed = (int)ModelStatus.Failed }),
            CancellationToken.None).ConfigureAwait(false);
        if (rows == 0)
        {
            return false;
        }

        if (Directory.Exists(_folder.ModelFolder(model.ModelId)))
        {
            Directory.Delete(_folder.ModelFolder(model.ModelId), recursive: true);
        }

        _log.ModelRemoved(model.ModelId, model.Size);
        return true;
    }

    /// <summary>Folders that no row names: a process ended while registering or removing.</summary>
    private void RemoveLeftovers()
    {
        if (!Directory.Exists(_folder.Models))
        {
            return;
        }

        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Root, "models.db")};Pooling=False");
        connection.Open();
        HashSet<string> known = [.. connection.Query<string>("SELECT model_id FROM models WHERE status <> @training", new { training = (int)ModelStatus.Training })];
        foreach (string folder in Directory.EnumerateDirectories(_folder.Models).Where(f => !known.Contains(Path.GetFileName(f))).ToList())
        {
            Directory.Delete(folder, recursive: true);
            _log.LeftoverRemoved(Path.GetFileName(folder));
        }
    }
}

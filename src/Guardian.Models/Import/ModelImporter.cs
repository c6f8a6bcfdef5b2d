using System.Text.Json;
using Guardian.Models.Catalog;
using Guardian.Models.Internal;
using Guardian.Shared.Files;
using Microsoft.Extensions.Logging;

namespace Guardian.Models.Import;

/// <summary>Spool, check the bytes, try, register: each step sees only what the one before let through.</summary>
internal sealed class ModelImporter(ModelsFolder folder, IModelCatalog catalog, IModelProbe probe, TimeProvider time, ILogger log) : IModelImporter, IDisposable
{
    private const long MaxBytes = 512L << 20;
    private const int MaxSide = 8192;

    /// <summary>What a runtime needs beside a model's own weights and values.</summary>
    private const long RuntimeBytes = 256L << 20;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>One at a time: each may take as much memory as a model may.</summary>
    private readonly SemaphoreSlim _gate = new(1);

    public async Task<ModelImportOutcome> ImportAsync(ModelImport import, Stream onnx, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(import);
        ArgumentNullException.ThrowIfNull(onnx);
        if (import.InputWidth is < 1 or > MaxSide || import.InputHeight is < 1 or > MaxSide)
        {
            throw new ArgumentException($"input_width, input_height: 1 to {MaxSide} are taken", nameof(import));
        }

        NewModel described = Describe(import, opset: 1, memory: 0, null, null, null);
        NewModelCheck.ThrowIfInvalid(described);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        string spooled = folder.NewTemporaryFile();
        try
        {
            return await Failures.WrapAsync("Importing a model", () => ImportAsync(import, onnx, spooled, cancellationToken)).ConfigureAwait(false);
        }
        catch (OnnxRefusedException e)
        {
            log.ImportRefused(import.Name, e.Message);
            return new ModelImportOutcome(null, e.Message);
        }
        finally
        {
            File.Delete(spooled);
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<ModelImportOutcome> ImportAsync(ModelImport import, Stream onnx, string spooled, CancellationToken cancellationToken)
    {
        FileStream file = DurableFile.Create(spooled);
        await using (file.ConfigureAwait(false))
        {
            if (await ModelChunks.CopyAsync(onnx, file, MaxBytes, cancellationToken).ConfigureAwait(false) is null)
            {
                throw new OnnxRefusedException($"size: at most {MaxBytes} bytes are taken");
            }

            file.Position = 0;
            OnnxInspection found = await Task.Run(() => OnnxInspection.Of(file, file.Length, import.InputWidth, import.InputHeight), cancellationToken).ConfigureAwait(false);
            var request = new ModelProbeRequest(spooled, found.MemoryBytes + RuntimeBytes, TimeLimit, found.Inputs.ToDictionary(i => i.Key, i => (IReadOnlyList<long>)i.Value, StringComparer.Ordinal));
            ModelProbeResult result = await probe.ProbeAsync(request, cancellationToken).ConfigureAwait(false);
            if (result.Error is not null)
            {
                throw new OnnxRefusedException(result.Error);
            }

            file.Position = 0;
            long[]? picture = found.Inputs.Values.FirstOrDefault(s => s.Length == 4);
            NewModel model = Describe(import, found.Opset, found.MemoryBytes, (int?)picture?[3], (int?)picture?[2], result.ProbeScore) with { DescriptionJson = import.DescriptionJson ?? WordsOf(found.File) };
            return new ModelImportOutcome(await catalog.RegisterAsync(model, file, cancellationToken).ConfigureAwait(false), null);
        }
    }

    private NewModel Describe(ModelImport import, int opset, long memory, int? width, int? height, double? probeScore) => new()
    {
        CameraId = import.CameraId,
        Name = import.Name,
        ModelType = import.ModelType,
        Version = import.Version,
        Requirements = new ModelRequirements { Opset = opset, MemoryBytes = memory, InputWidth = width, InputHeight = height },
        Lineage = new ModelLineage { Trainer = import.Source ?? "import" },
        ProbeScore = probeScore,
        CreatedAt = time.GetUtcNow(),
        DescriptionJson = import.DescriptionJson,
    };

    /// <summary>What the file says about itself, where nobody else said anything: YOLO files name their classes there.</summary>
    private static string? WordsOf(OnnxFile file)
    {
        string json = JsonSerializer.Serialize(file.Metadata, ImportJson.Default.DictionaryStringString);
        return file.Metadata.Count > 0 && json.Length <= NewModelCheck.MaxJsonBytes / 4 ? json : null;
    }
}

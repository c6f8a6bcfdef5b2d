using Dapper;
using Guardian.Models.Internal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Guardian.Models.Rollouts;

/// <summary>
/// The pictures that travel with a camera's model, and the scores that the node computes for them: spread over the camera's normal frames, chosen once when the model is first rolled out.
/// </summary>
internal sealed class ProbeFrames(ModelsFolder folder, IModelCatalog catalog, IDatasetStore datasets, ILogger log)
{
    public const int Count = 4;

    /// <summary>They travel in one message with the rest of an assignment, and messages have 4 MiB.</summary>
    private const int MaxBytes = 512 << 10;

    private const string Label = "normal";

    public async Task<IReadOnlyList<ProbeFrame>> GetAsync(string modelId, CancellationToken cancellationToken) =>
        [.. (await folder.Database.ReadAsync(c => Read(c, modelId), cancellationToken).ConfigureAwait(false)).Select(r => new ProbeFrame(r.Jpeg, r.Score))];

    /// <summary>Chooses them unless that was done before. A model of a camera without frames, or one that gives no scores, has none.</summary>
    public async Task EnsureAsync(CatalogModel model, CancellationToken cancellationToken)
    {
        if (model.CameraId is null || model.ProbeScore is null || (await GetAsync(model.ModelId, cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            return;
        }

        List<ReadOnlyMemory<byte>> jpegs = await ChooseAsync(model.CameraId, cancellationToken).ConfigureAwait(false);
        if (jpegs.Count == 0)
        {
            return;
        }

        try
        {
            double[] scores = await ScoreAsync(model, jpegs, cancellationToken).ConfigureAwait(false);
            await folder.Database.WriteAsync(
                c => c.Execute(
                    "INSERT OR REPLACE INTO probe_frames (model_id, number, jpeg, score) VALUES (@ModelId, @number, @jpeg, @score)",
                    jpegs.Select((jpeg, number) => new { model.ModelId, number, jpeg = jpeg.ToArray(), score = scores[number] })),
                cancellationToken).ConfigureAwait(false);
        }
        catch (ModelException e)
        {
            // An edge will find out too, and its failure is what the gates are for.
            log.ProbeNotScored(model.ModelId, e);
        }
    }

    private static List<ProbeRow> Read(SqliteConnection connection, string modelId) =>
        connection.Query<ProbeRow>("SELECT jpeg AS Jpeg, score AS Score FROM probe_frames WHERE model_id = @modelId ORDER BY number", new { modelId }).AsList();

    private async Task<List<ReadOnlyMemory<byte>>> ChooseAsync(string cameraId, CancellationToken cancellationToken)
    {
        var stored = new List<StoredSnapshot>();
        await foreach (StoredSnapshot snapshot in datasets.EnumerateAsync(cameraId, Label, cancellationToken).ConfigureAwait(false))
        {
            stored.Add(snapshot);
        }

        var jpegs = new List<ReadOnlyMemory<byte>>();
        foreach (int index in Enumerable.Range(0, Count).Select(i => (int)((i + 0.5) * stored.Count / Count)).Where(i => i < stored.Count).Distinct())
        {
            ReadOnlyMemory<byte> jpeg = await datasets.ReadAsync(stored[index], cancellationToken).ConfigureAwait(false);
            if (jpeg.Length <= MaxBytes)
            {
                jpegs.Add(jpeg);
            }
        }

        return jpegs;
    }

    private async Task<double[]> ScoreAsync(CatalogModel model, List<ReadOnlyMemory<byte>> jpegs, CancellationToken cancellationToken)
    {
        byte[] onnx = new byte[model.Size];
        Stream file = await catalog.OpenAsync(model.ModelId, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            await file.ReadExactlyAsync(onnx, cancellationToken).ConfigureAwait(false);
        }

        return await Task.Run(
            () =>
            {
                using var scorer = new ModelScorer(onnx);
                return jpegs.Select(j => scorer.Score(j).Score).ToArray();
            },
            cancellationToken).ConfigureAwait(false);
    }

    private sealed class ProbeRow
    {
        public byte[] Jpeg { get; set; } = [];

        public double Score { get; set; }
    }
}

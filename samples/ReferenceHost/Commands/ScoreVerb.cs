using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Guardian.Analysis;
using Guardian.Models;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>score</c>: judges pictures by a model, without a node; one JSON object a line, in the order of the arguments.</summary>
internal static partial class ScoreVerb
{
    private static readonly DateTimeOffset NoTime = DateTimeOffset.UnixEpoch;

    public static Command Create()
    {
        var folder = new Option<string>("--model") { Description = "Folder with model.onnx and metadata.json.", Required = true };
        var heatmaps = new Option<string?>("--heatmaps") { Description = "Folder for a picture of each frame with its strange places in red." };
        var inputs = new Argument<string[]>("files") { Description = "JPEG files, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("score", "Scores pictures: one JSON line each with score, threshold and regions in pixels. Unreadable ones have an error and make the exit code 1.") { folder, heatmaps, inputs };
        command.SetAction(async (result, cancellationToken) =>
        {
            (_, ReadOnlyMemory<byte> onnx) = await ModelFolder.ReadAsync(result.GetRequiredValue(folder), cancellationToken);
            if (result.GetValue(heatmaps) is { } maps)
            {
                Directory.CreateDirectory(maps);
            }

            using var scorer = new ModelScorer(onnx);
            return await RunAsync(scorer, [.. result.GetRequiredValue(inputs).SelectMany(Files)], result.GetValue(heatmaps), cancellationToken);
        });
        return command;
    }

    private static IEnumerable<string> Files(string path) => Directory.Exists(path) ? TrainVerb.Pictures(path) : [path];

    /// <summary>One frame on each processor, written in order, with few waiting.</summary>
    private static async Task<int> RunAsync(ModelScorer scorer, string[] files, string? heatmaps, CancellationToken cancellationToken)
    {
        var waiting = Channel.CreateBounded<Task<Verdict>>(Environment.ProcessorCount);
        Task feeding = Task.Run(
            async () =>
            {
                foreach ((string file, string? heatmap) in files.Zip(Heatmaps(files, heatmaps)))
                {
                    await waiting.Writer.WriteAsync(Task.Run(() => ScoreAsync(scorer, file, heatmap, cancellationToken), cancellationToken), cancellationToken);
                }

                waiting.Writer.Complete();
            },
            cancellationToken);
        int code = 0;
        await using var output = new StreamWriter(Console.OpenStandardOutput());
        await foreach (Task<Verdict> scoring in waiting.Reader.ReadAllAsync(cancellationToken))
        {
            Verdict verdict = await scoring;
            code = verdict.Error is null ? code : 1;
            await output.WriteLineAsync(JsonSerializer.Serialize(verdict, VerdictJson.Default.Verdict).AsMemory(), cancellationToken);
        }

        await feeding;
        return code;
    }

    /// <summary>Where the heat map of each file goes; of files with the same name the second is NAME-2.</summary>
    private static IEnumerable<string?> Heatmaps(string[] files, string? folder)
    {
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            string name = Path.GetFileNameWithoutExtension(file);
            int number = used[name] = used.GetValueOrDefault(name) + 1;
            yield return folder is null ? null : Path.Combine(folder, number == 1 ? $"{name}.heatmap.jpg" : $"{name}-{number}.heatmap.jpg");
        }
    }

    private static async Task<Verdict> ScoreAsync(ModelScorer scorer, string file, string? heatmap, CancellationToken cancellationToken)
    {
        try
        {
            FrameImage image = FrameImage.FromJpeg(await File.ReadAllBytesAsync(file, cancellationToken));
            ModelScore score = scorer.Score(image.Rgb, image.Width, image.Height);
            var map = new AnomalyMap(score.Score, score.Threshold, score.ErrorMap);
            IReadOnlyList<DetectedObject> found = score.IsAnomalous ? await new ErrorMapDetector().DetectAsync(new AnalysisFrame(image, map, NoTime), cancellationToken) : [];
            if (heatmap is not null)
            {
                await File.WriteAllBytesAsync(heatmap, Heatmap.Draw(image.Rgb, image.Width, image.Height, score), cancellationToken);
            }

            return new Verdict(file, score.Score, score.Threshold, score.IsAnomalous, [.. found.Select(o => Region(o, image, score.ErrorMap))], null);
        }
        catch (Exception e) when (e is AnalysisException or ModelException or IOException or UnauthorizedAccessException)
        {
            return new Verdict(file, null, null, null, [], e.Message);
        }
    }

    /// <summary>The region in pixels, with the largest value of the map in it.</summary>
    private static VerdictRegion Region(DetectedObject found, FrameImage image, float[,] cells)
    {
        int rows = cells.GetLength(0), columns = cells.GetLength(1);
        float largest = float.NegativeInfinity;
        for (int row = Cell(found.Y, image.Height, rows); row <= Cell(found.Y + found.Height - 1, image.Height, rows); row++)
        {
            for (int column = Cell(found.X, image.Width, columns); column <= Cell(found.X + found.Width - 1, image.Width, columns); column++)
            {
                largest = Math.Max(largest, cells[row, column]);
            }
        }

        return new VerdictRegion((int)Math.Round(found.X), (int)Math.Round(found.Y), (int)Math.Round(found.Width), (int)Math.Round(found.Height), largest);
    }

    private static int Cell(double pixel, int pixels, int cells) => Math.Clamp((int)((pixel + 0.5) / pixels * cells), 0, cells - 1);

    private sealed record Verdict(string File, double? Score, double? Threshold, bool? Anomalous, IReadOnlyList<VerdictRegion> Regions, string? Error);

    private sealed record VerdictRegion(int X, int Y, int Width, int Height, float Score);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(Verdict))]
    private sealed partial class VerdictJson : JsonSerializerContext;
}

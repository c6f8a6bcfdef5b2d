using System.CommandLine;
using System.Globalization;
using Guardian.Models;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>train</c>: a model from a folder of pictures, without a node.</summary>
internal static class TrainVerb
{
    private const string Normal = "normal";
    private const int BarWidth = 30;

    private static readonly string[] Extensions = [".jpg", ".jpeg"];

    public static Command Create()
    {
        var defaults = new TrainingOptions();
        var dataset = new Option<string>("--dataset") { Description = "Folder with normal/*.jpg in capture order; every other folder in it is scored afterwards.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder for model.onnx and metadata.json.", Required = true };
        var camera = new Option<string?>("--camera") { Description = "The camera's id. Default: the dataset folder's name." };
        var size = new Option<string>("--input") { Description = "The network's input, WIDTHxHEIGHT.", DefaultValueFactory = _ => $"{defaults.InputWidth}x{defaults.InputHeight}" };
        var latent = new Option<int>("--latent") { Description = "Length of the latent vector.", DefaultValueFactory = _ => defaults.LatentSize };
        var blocks = new Option<int>("--blocks") { Description = "Convolutions of the encoder, 3 or 4.", DefaultValueFactory = _ => defaults.Blocks };
        var epochs = new Option<int>("--epochs") { Description = "Passes over the pictures at the most.", DefaultValueFactory = _ => defaults.Epochs };
        var batch = new Option<int>("--batch") { Description = "Pictures per step.", DefaultValueFactory = _ => defaults.BatchSize };
        var seed = new Option<int>("--seed") { Description = "Of every random choice.", DefaultValueFactory = _ => defaults.Seed };
        var alarms = new Option<double>("--false-alarms-per-hour") { Description = "Wanted at the most.", DefaultValueFactory = _ => defaults.FalseAlarmsPerHour };
        var rate = new Option<double>("--fps") { Description = "Frames that will be scored in a second.", DefaultValueFactory = _ => defaults.FramesPerSecond };
        var previous = new Option<string?>("--previous") { Description = "Folder of an earlier model to go on from." };
        var reduce = new Option<bool>("--int8") { Description = "Also write model.int8.onnx: weights in 8 bits." };
        var command = new Command("train", "Trains a model from a folder of pictures, without a node.")
        {
            dataset, output, camera, size, latent, blocks, epochs, batch, seed, alarms, rate, previous, reduce,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            string folder = Path.GetFullPath(result.GetRequiredValue(dataset));
            string[] frames = Pictures(Path.Combine(folder, Normal));
            (int width, int height) = Size(result.GetRequiredValue(size));
            var request = new TrainingRequest
            {
                CameraId = result.GetValue(camera) ?? CameraOf(folder),
                Images = TrainingImages.FromFiles(frames),
                Previous = result.GetValue(previous) is { } earlier ? (await ModelFolder.ReadAsync(earlier, cancellationToken)).Onnx : default,
                Options = defaults with
                {
                    InputWidth = width,
                    InputHeight = height,
                    LatentSize = result.GetValue(latent),
                    Blocks = result.GetValue(blocks),
                    Epochs = result.GetValue(epochs),
                    BatchSize = result.GetValue(batch),
                    Seed = result.GetValue(seed),
                    FalseAlarmsPerHour = result.GetValue(alarms),
                    FramesPerSecond = result.GetValue(rate),
                    Reduce = result.GetValue(reduce),
                },
            };
            TrainedModel model = await new AutoencoderTrainer().TrainAsync(request, new Bar(), cancellationToken);
            ModelMetadata metadata = await ModelFolder.WriteAsync(result.GetRequiredValue(output), model, cancellationToken);
            Print(result.GetRequiredValue(output), model, metadata);
            JudgeOthers(folder, model);
            return 0;
        });
        return command;
    }

    /// <exception cref="IOException">The folder is not there or has no JPEG files.</exception>
    public static string[] Pictures(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder} is not there; a dataset is a folder with {Normal}/*.jpg");
        }

        string[] files = [.. Directory.EnumerateFiles(folder).Where(IsPicture).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new FileNotFoundException($"{folder} has no .jpg files");
    }

    private static bool IsPicture(string file) => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    private static (int Width, int Height) Size(string text) =>
        text.Split('x') is [{ } w, { } h] && int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out int width) && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out int height)
            ? (width, height)
            : throw new ArgumentException($"--input: '{text}' is not WIDTHxHEIGHT, for example 320x240");

    /// <summary>The folder's name with what an id cannot have left out.</summary>
    private static string CameraOf(string folder)
    {
        string name = string.Concat(Path.GetFileName(folder).Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));
        return name.Length is > 0 and <= 128 ? name : "camera";
    }

    private static void Print(string folder, TrainedModel model, ModelMetadata metadata)
    {
        TrainingMetrics m = model.Metrics;
        string skipped = m.SkippedImages > 0 ? $", {m.SkippedImages} unreadable" : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pictures          {m.TrainingImages} fitted, {m.ValidationImages} held out{skipped}"));
        Console.WriteLine($"network           {model.Architecture}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epochs            {m.EpochsRun}, best {m.BestEpoch}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"validation error  {m.ValidationError:0.000000} (training {m.TrainingError:0.000000})"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"held-out scores   mean {m.HeldOutScoreMean:0.00}, largest {m.HeldOutScoreMax:0.00}; threshold {model.Threshold:0.00}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"time              {m.Seconds:0.0} s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"model             {Path.Combine(folder, metadata.OnnxFile)}, {metadata.OnnxSize / 1e6:0.0} MB, SHA-256 {metadata.OnnxSha256}"));
        if (model.Reduced is { } reduced)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"in 8 bits         {Path.Combine(folder, ModelFolder.ReducedFile)}, {reduced.Onnx.Length / 1e6:0.0} MB; scores of {reduced.Frames} held-out pictures differ by {reduced.MeanDifference:0.0000} on average, {reduced.MaxDifference:0.0000} at most"));
        }
    }

    /// <summary>Labelled pictures of other kinds show at once what the model is worth.</summary>
    private static void JudgeOthers(string dataset, TrainedModel model)
    {
        using var scorer = new ModelScorer(model.Onnx);
        foreach (string folder in Directory.EnumerateDirectories(dataset).Order(StringComparer.Ordinal).Where(d => Path.GetFileName(d) != Normal))
        {
            string[] files = [.. Directory.EnumerateFiles(folder).Where(IsPicture)];
            int alarms = 0, unreadable = 0;
            foreach (string file in files)
            {
                try
                {
                    alarms += scorer.Score(File.ReadAllBytes(file)).IsAnomalous ? 1 : 0;
                }
                catch (ModelException)
                {
                    unreadable++;
                }
            }

            if (files.Length > 0)
            {
                string bad = unreadable > 0 ? $", {unreadable} unreadable" : "";
                Console.WriteLine($"{Path.GetFileName(folder),-18}{alarms} of {files.Length - unreadable} pictures are anomalous{bad}");
            }
        }
    }

    /// <summary>On a terminal one line that moves, else a line for each epoch.</summary>
    private sealed class Bar : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            string figures = string.Create(CultureInfo.InvariantCulture, $"epoch {value.Epoch} of {value.Epochs}  loss {value.Loss:0.00000}  validation error {value.ValidationError:0.00000}  {value.SecondsLeft:0} s left");
            if (Console.IsErrorRedirected)
            {
                Console.Error.WriteLine(figures);
                return;
            }

            int done = BarWidth * value.Epoch / value.Epochs;
            Console.Error.Write($"\r[{new string('#', done)}{new string('.', BarWidth - done)}] {figures}  ");
            if (value.Epoch == value.Epochs)
            {
                Console.Error.WriteLine();
            }
        }
    }
}

using System.Text.Json;
using Guardian.Models.Inference;
using Guardian.Models.Tests.Support;
using Guardian.Testing;

namespace Guardian.Models.Tests.Training;

/// <summary>What a training hands over: the file, its smaller version, the folder, and a start for the next one.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly byte[][] Day = new Scene(160, 120).NormalDay(40, 1);
    private static readonly TrainingOptions Small = new() { InputWidth = 80, InputHeight = 64, LatentSize = 16, Blocks = 3, Epochs = 4, Threads = 2, Reduce = true };
    private static readonly Lazy<Task<TrainedModel>> Model = new(() => Train(Small));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task an_input_that_is_not_square_and_fewer_blocks_work_throughout()
    {
        TrainedModel model = await Model.Value;
        using var scorer = new ModelScorer(model.Onnx);
        ModelScore score = scorer.Score(Day[1]);
        Assert.Equal((16, 20), (score.ErrorMap.GetLength(0), score.ErrorMap.GetLength(1)));
        Assert.StartsWith("conv 3-16-32-64, latent 16", model.Architecture, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task the_model_in_fewer_bits_is_smaller_and_scores_nearly_the_same()
    {
        TrainedModel model = await Model.Value;
        ReducedModel reduced = model.Reduced!;
        Assert.True(reduced.Onnx.Length < 0.55 * model.Onnx.Length, $"{reduced.Onnx.Length} of {model.Onnx.Length} bytes");
        Assert.InRange(reduced.MaxDifference, reduced.MeanDifference, 0.2);
        using ModelScorer full = new(model.Onnx), fewer = new(reduced.Onnx);
        Assert.All(Day, jpeg => Assert.Equal(full.Score(jpeg).Score, fewer.Score(jpeg).Score, 0.2));
    }

    [Fact(Timeout = 120_000)]
    public async Task a_training_goes_on_from_an_earlier_model()
    {
        TrainedModel first = await Model.Value;
        TrainedModel next = await Train(Small with { Epochs = 1 }, first.Onnx), afresh = await Train(Small with { Epochs = 1 });
        Assert.True(next.Metrics.ValidationError < afresh.Metrics.ValidationError, $"{next.Metrics.ValidationError} from the earlier model, {afresh.Metrics.ValidationError} from nothing");
    }

    [Fact(Timeout = 120_000)]
    public async Task a_previous_model_that_does_not_fit_is_refused_in_words()
    {
        TrainedModel model = await Model.Value;
        ModelException size = await Assert.ThrowsAsync<ModelException>(() => Train(Small with { LatentSize = 24 }, model.Onnx));
        Assert.Contains("input size, latent size and blocks must be the same", size.Message, StringComparison.Ordinal);
        ModelException bits = await Assert.ThrowsAsync<ModelException>(() => Train(Small, model.Reduced!.Onnx));
        Assert.Contains("in 8 bits", bits.Message, StringComparison.Ordinal);
        Assert.Contains("Previous", (await Assert.ThrowsAsync<ModelException>(() => Train(Small, new byte[] { 1, 2, 3 }))).Message, StringComparison.Ordinal);
        byte[] other = PreprocessingGraph.Build(64, 64);
        Assert.Contains("has no 'encoder0.weight'", (await Assert.ThrowsAsync<ModelException>(() => Train(Small, other))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task a_model_folder_is_read_back_and_a_changed_file_is_refused()
    {
        TrainedModel model = await Model.Value;
        string folder = _folder.File("model");
        ModelMetadata written = await ModelFolder.WriteAsync(folder, model);
        (ModelMetadata read, ReadOnlyMemory<byte> onnx) = await ModelFolder.ReadAsync(folder);
        Assert.Equal(written.OnnxSha256, read.OnnxSha256);
        Assert.True(onnx.Span.SequenceEqual(model.Onnx.Span));
        Assert.Equal(["metadata.json", "model.int8.onnx", "model.onnx"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        byte[] damaged = onnx.ToArray();
        damaged[^1] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.onnx"), damaged);
        Assert.Contains("SHA-256", (await Assert.ThrowsAsync<ModelException>(() => ModelFolder.ReadAsync(folder))).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "metadata.json"), "{");
        Assert.IsType<JsonException>((await Assert.ThrowsAsync<ModelException>(() => ModelFolder.ReadAsync(folder))).InnerException, exactMatch: false);
        File.Delete(Path.Combine(folder, "metadata.json"));
        Assert.Contains("is not there", (await Assert.ThrowsAsync<ModelException>(() => ModelFolder.ReadAsync(folder))).Message, StringComparison.Ordinal);
    }

    private static Task<TrainedModel> Train(TrainingOptions options, ReadOnlyMemory<byte> previous = default) => new AutoencoderTrainer().TrainAsync(
        new TrainingRequest { CameraId = "cam-1", Images = Sample.Images(Day), Options = options, Previous = previous }, null, default);
}

using System.Security.Cryptography;
using Guardian.Models.Tests.Support;
using Guardian.Testing;

namespace Guardian.Models.Tests.Training;

public sealed class CheckpointTests
{
    private static readonly Lazy<byte[][]> Day = new(() => new Scene(160, 120).NormalDay(40, 1));
    private static readonly TrainingOptions Small = new() { InputWidth = 64, InputHeight = 64, LatentSize = 16, Epochs = 7, Threads = 2 };

    [Theory(Timeout = 120_000)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task a_training_that_is_cut_off_and_goes_on_gives_the_same_model_byte_for_byte(int cutAfter)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("checkpoint");
        TrainedModel whole = await Train(Small, null);
        await CutOffAsync(Small, file, cutAfter);
        var epochs = new List<int>();
        TrainedModel resumed = await Train(Small, file, p => epochs.Add(p.Epoch));
        Assert.Equal(Enumerable.Range(cutAfter + 1, 7 - cutAfter), epochs);
        Assert.Equal(Hash(whole), Hash(resumed));
        Assert.Equal((whole.Threshold, whole.ProbeScore), (resumed.Threshold, resumed.ProbeScore));
        Assert.Equal((whole.Metrics.BestEpoch, whole.Metrics.ValidationError), (resumed.Metrics.BestEpoch, resumed.Metrics.ValidationError));
    }

    [Fact(Timeout = 120_000)]
    public async Task a_training_that_is_cut_off_again_and_again_gives_the_same_model()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("checkpoint");
        TrainedModel whole = await Train(Small, null);
        for (int epoch = 1; epoch < 7; epoch++)
        {
            await CutOffAsync(Small, file, epoch);
        }

        Assert.Equal(Hash(whole), Hash(await Train(Small, file)));
    }

    [Fact(Timeout = 120_000)]
    public async Task a_checkpoint_of_other_options_or_frames_is_passed_over()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("checkpoint");
        await CutOffAsync(Small, file, 3);
        var epochs = new List<int>();
        await Train(Small with { Seed = 2, Epochs = 2 }, file, p => epochs.Add(p.Epoch));
        Assert.Equal([1, 2], epochs);
        await CutOffAsync(Small, file, 3);
        epochs.Clear();
        await Train(Small, file, p => epochs.Add(p.Epoch), [.. Day.Value.Skip(1)]);
        Assert.Equal(1, epochs[0]);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(5000)]
    public async Task a_damaged_checkpoint_is_passed_over(int length)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("checkpoint");
        await CutOffAsync(Small, file, 2);
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[^2000] ^= 1;
        await File.WriteAllBytesAsync(file, length == 5000 ? bytes : bytes[..length]);
        var epochs = new List<int>();
        await Train(Small with { Epochs = 7 }, file, p => epochs.Add(p.Epoch));
        Assert.Equal(1, epochs[0]);
    }

    [Fact(Timeout = 120_000)]
    public async Task a_checkpoint_that_cannot_be_written_does_not_end_the_training()
    {
        using var folder = new TemporaryFolder();
        TrainedModel model = await Train(Small with { Epochs = 2 }, folder.File("missing/checkpoint"));
        Assert.Equal(2, model.Metrics.EpochsRun);
    }

    [Fact(Timeout = 120_000)]
    public async Task checkpoints_are_no_more_frequent_than_wanted()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("checkpoint");
        await Train(Small with { Epochs = 2 }, file, interval: TimeSpan.FromDays(1));
        Assert.False(File.Exists(file));
        await Assert.ThrowsAsync<ArgumentException>(() => Train(Small, file, interval: TimeSpan.FromSeconds(-1)));
    }

    private static async Task CutOffAsync(TrainingOptions options, string file, int afterEpoch)
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await Train(
                options,
                file,
                p =>
                {
                    if (p.Epoch == afterEpoch)
                    {
                        source.Cancel();
                    }
                },
                token: source.Token);

            // The last epoch has no step after it that could notice.
            source.Token.ThrowIfCancellationRequested();
        });
        Assert.True(File.Exists(file));
    }

    private static Task<TrainedModel> Train(
        TrainingOptions options, string? file, Action<TrainingProgress>? told = null, byte[][]? frames = null, TimeSpan interval = default, CancellationToken token = default) =>
        new AutoencoderTrainer().TrainAsync(
            new TrainingRequest
            {
                CameraId = "cam-1",
                Images = Sample.Images(frames ?? Day.Value),
                Options = options,
                CheckpointFile = file,
                CheckpointInterval = interval,
            },
            told is null ? null : new Collector(told),
            token);

    private static string Hash(TrainedModel model) => Convert.ToHexString(SHA256.HashData(model.Onnx.Span));

    private sealed class Collector(Action<TrainingProgress> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told(value);
    }
}

using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Training;

public sealed class AutoencoderTrainerTests
{
    private static readonly Scene Yard = new(160, 120);
    private static readonly Lazy<byte[][]> Day = new(() => Yard.NormalDay(40, 1));
    private static readonly TrainingOptions Small = new() { InputWidth = 64, InputHeight = 64, LatentSize = 16, Epochs = 6, Threads = 2 };

    [Fact(Timeout = 120_000)]
    public async Task the_same_frames_and_seed_give_the_same_model_byte_for_byte()
    {
        TrainedModel first = await Train(Small), second = await Train(Small), other = await Train(Small with { Seed = 2 });
        Assert.Equal(Hash(first), Hash(second));
        Assert.Equal(first.Threshold, second.Threshold);
        Assert.Equal(first.DatasetFingerprint, second.DatasetFingerprint);
        Assert.NotEqual(Hash(first), Hash(other));
    }

    [Fact(Timeout = 120_000)]
    public async Task progress_is_reported_after_every_epoch_and_the_error_falls()
    {
        var seen = new List<TrainingProgress>();
        TrainedModel model = await Train(Small, new Collector(seen));
        Assert.Equal(Enumerable.Range(1, model.Metrics.EpochsRun), seen.Select(p => p.Epoch));
        Assert.All(seen, p => Assert.Equal(6, p.Epochs));
        Assert.True(seen[^1].ValidationError < seen[0].ValidationError);
        Assert.Equal(0, seen[^1].SecondsLeft);
        Assert.Equal((32, 8), (model.Metrics.TrainingImages, model.Metrics.ValidationImages));
    }

    [Fact(Timeout = 120_000)]
    public async Task a_fresh_scorer_computes_the_figures_of_the_training()
    {
        TrainedModel model = await Train(Small);
        using var scorer = new ModelScorer(model.Onnx);
        Assert.Equal(model.ProbeScore, scorer.ScoreProbe(), 3);
        Assert.Equal((float)model.Threshold, (float)scorer.Threshold);
        ModelScore score = scorer.Score(Day.Value[3]);
        Assert.Equal(scorer.Threshold, score.Threshold);
        Assert.Equal((16, 16), (score.ErrorMap.GetLength(0), score.ErrorMap.GetLength(1)));
        Assert.Equal(ModelScore.PartNames.Count, score.Parts.Count);
        Assert.Equal(score.Parts.Max(), score.Score);
    }

    [Fact(Timeout = 120_000)]
    public async Task unreadable_frames_are_left_out_and_counted()
    {
        byte[][] jpegs = [.. Day.Value, Day.Value[0][..500], [1, 2, 3]];
        var request = new TrainingRequest { CameraId = "cam-1", Images = Sample.Images(jpegs), Options = Small with { Epochs = 1 } };
        TrainedModel model = await new AutoencoderTrainer().TrainAsync(request, null, default);
        Assert.Equal(2, model.Metrics.SkippedImages);
    }

    [Fact(Timeout = 120_000)]
    public async Task of_more_images_than_allowed_evenly_spaced_ones_are_used()
    {
        TrainedModel model = await Train(Small with { MaxImages = 25, Epochs = 1 });
        Assert.Equal(20, model.Metrics.TrainingImages + model.Metrics.ValidationImages);
    }

    [Fact(Timeout = 120_000)]
    public async Task a_batch_larger_than_the_training_set_is_made_smaller()
    {
        TrainedModel model = await Train(Small with { BatchSize = 64, Epochs = 2 });
        Assert.Equal(2, model.Metrics.EpochsRun);
    }

    [Fact(Timeout = 120_000)]
    public async Task training_stops_early_when_nothing_improves()
    {
        TrainedModel model = await Train(Small with { Epochs = 500, LearningRate = 0.1, Patience = 2 });
        Assert.InRange(model.Metrics.EpochsRun, 3, 499);
        Assert.Equal(model.Metrics.EpochsRun - 2, model.Metrics.BestEpoch);
    }

    [Fact(Timeout = 120_000)]
    public async Task cancelling_ends_the_training()
    {
        using var source = new CancellationTokenSource();
        var progress = new Collector([], _ => source.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Train(Small with { Epochs = 1000, Patience = 1000 }, progress, source.Token));
    }

    [Fact(Timeout = 120_000)]
    public async Task every_step_is_measured()
    {
        int steps = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == GuardianModelsTelemetry.MeterName && instrument.Name == "guardian.models.training.step")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            Assert.True(seconds > 0);
            Interlocked.Increment(ref steps);
        });
        listener.Start();
        await Train(Small with { Epochs = 3 });

        // Other tests train at the same time, so there may be more.
        Assert.True(steps >= 3 * 2, $"{steps} steps were measured");
    }

    private static Task<TrainedModel> Train(TrainingOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken token = default) =>
        new AutoencoderTrainer().TrainAsync(
            new TrainingRequest { CameraId = "cam-1", Images = Sample.Images(Day.Value), Options = options }, progress, token);

    private static string Hash(TrainedModel model) => Convert.ToHexString(SHA256.HashData(model.Onnx.Span));

    private sealed class Collector(List<TrainingProgress> seen, Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            seen.Add(value);
            then?.Invoke(value);
        }
    }
}

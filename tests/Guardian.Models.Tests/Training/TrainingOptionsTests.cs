using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Training;

public sealed class TrainingOptionsTests
{
    public static TheoryData<string, TrainingOptions> OutOfBounds => new()
    {
        { "InputWidth", new TrainingOptions { InputWidth = 100 } },
        { "InputHeight", new TrainingOptions { InputHeight = 1024 } },
        { "Blocks", new TrainingOptions { Blocks = 2 } },
        { "LatentSize", new TrainingOptions { LatentSize = 0 } },
        { "BatchSize", new TrainingOptions { BatchSize = 65 } },
        { "Epochs", new TrainingOptions { Epochs = 0 } },
        { "LearningRate", new TrainingOptions { LearningRate = double.NaN } },
        { "ValidationShare", new TrainingOptions { ValidationShare = 0.9 } },
        { "Patience", new TrainingOptions { Patience = 0 } },
        { "FalseAlarmsPerHour", new TrainingOptions { FalseAlarmsPerHour = 0 } },
        { "FramesPerSecond", new TrainingOptions { FramesPerSecond = 61 } },
        { "Threads", new TrainingOptions { Threads = -1 } },
        { "MaxImages", new TrainingOptions { MaxImages = 5 } },
        { "MaxDuration", new TrainingOptions { MaxDuration = TimeSpan.Zero } },
    };

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(OutOfBounds))]
    public async Task an_option_out_of_bounds_is_named(string name, TrainingOptions options)
    {
        var request = new TrainingRequest { CameraId = "cam-1", Images = Sample.Images([]), Options = options };
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => new AutoencoderTrainer().TrainAsync(request, null, default));
        Assert.Contains($"TrainingOptions.{name}", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task too_few_readable_images_are_refused_with_the_bound()
    {
        byte[][] jpegs = [.. Enumerable.Range(0, 19).Select(i => Sample.Jpeg(i)), Sample.Jpeg(20)[..200]];
        var request = new TrainingRequest { CameraId = "cam-1", Images = Sample.Images(jpegs), Options = new TrainingOptions { InputWidth = 64, InputHeight = 64 } };
        ModelException e = await Assert.ThrowsAsync<ModelException>(() => new AutoencoderTrainer().TrainAsync(request, null, default));
        Assert.Contains("19 readable training images (1 unreadable); at least 20", e.Message, StringComparison.Ordinal);
    }
}

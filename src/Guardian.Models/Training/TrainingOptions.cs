namespace Guardian.Models;

/// <summary>How a model is trained. The defaults suit a fixed camera with some hundred frames on two cores.</summary>
public sealed record TrainingOptions
{
    /// <summary>The fewest usable images a training accepts: 20.</summary>
    public const int MinImages = 20;

    /// <summary>Width of the network's input in pixels: 64 to 512, a multiple of 16. Default 224. The frame's shape is not kept.</summary>
    public int InputWidth { get; init; } = 224;

    /// <summary>Height of the network's input in pixels: 64 to 512, a multiple of 16. Default 224.</summary>
    public int InputHeight { get; init; } = 224;

    /// <summary>Convolutions in the encoder, each halving width and height: 3 or 4. Default 4.</summary>
    public int Blocks { get; init; } = 4;

    /// <summary>Length of the latent vector, 8 to 512. Default 128.</summary>
    public int LatentSize { get; init; } = 128;

    /// <summary>Frames per training step, 1 to 64. Default 16; never more than there are training frames.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Passes over the training frames, 1 to 1000, unless early stopping or <see cref="MaxDuration"/> ends the run before. Default 40.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>Adam's step size at the start, 0.000001 to 0.1. Default 0.002. It falls along half a cosine to a twentieth.</summary>
    public double LearningRate { get; init; } = 0.002;

    /// <summary>Share of the frames that are held out for early stopping, normalisation and threshold: 0.1 to 0.5. Default 0.2, but at least 8 frames.</summary>
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>Epochs without a better validation error after which training stops: 1 to 1000. Default 10.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>
    /// False alarms that are wanted at most, per hour: 0.001 to 3600. Default 1. The threshold is derived from it and from the scores of frames that their model
    /// was not fitted on, see docs/training.md.
    /// </summary>
    public double FalseAlarmsPerHour { get; init; } = 1;

    /// <summary>Frames that the camera's edge scores in a second: 0.001 to 60. Default 1. Ten times as many frames have ten times as many chances of a false alarm.</summary>
    public double FramesPerSecond { get; init; } = 1;

    /// <summary>
    /// Whether the network also learns from frames as this camera could have taken them: exposure, colour, small shifts and noise are varied. Default true.
    /// </summary>
    public bool Augment { get; init; } = true;

    /// <summary>Start of every random choice; the same frames, options and seed give the same model, byte for byte, on the same machine. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Processor threads, 0 to 64. Default 0: one per processor.</summary>
    public int Threads { get; init; }

    /// <summary>The most frames kept in memory (about 0.3 MB each at 224, half of it while the network is trained): 20 to 10000. Default 1000; of more, evenly spaced ones are used.</summary>
    public int MaxImages { get; init; } = 1000;

    /// <summary>After this time no further epoch starts; the best weights so far are used. 1 second to 24 hours. Default 10 minutes.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether <see cref="TrainedModel.Reduced"/> is made too. Default false.</summary>
    public bool Reduce { get; init; }

    /// <summary>Whether a training with these settings can begin from the weights of an <see cref="AutoencoderTrainer"/>'s model (<see cref="TrainingRequest.Previous"/>).</summary>
    /// <param name="model">What its metadata says.</param>
    public bool CanContinue(ModelMetadata model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.ModelType == AutoencoderTrainer.ModelType
            && (model.InputWidth, model.InputHeight, model.LatentSize, model.Hyperparameters.Blocks) == (InputWidth, InputHeight, LatentSize, Blocks);
    }

    /// <summary>The share of normal frames that may be above the threshold.</summary>
    internal double FalseAlarmShare => Math.Min(0.2, FalseAlarmsPerHour / (3600 * FramesPerSecond));

    internal int EffectiveThreads => Threads == 0 ? Math.Min(Environment.ProcessorCount, 64) : Threads;
}

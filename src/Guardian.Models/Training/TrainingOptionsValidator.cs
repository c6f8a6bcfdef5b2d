namespace Guardian.Models.Training;

/// <summary>Checks options against their documented bounds and names every one that is outside.</summary>
internal static class TrainingOptionsValidator
{
    private const int SizeStep = 16;

    /// <exception cref="ArgumentException">Something is outside its bounds; the message names all of it.</exception>
    public static void ThrowIfInvalid(TrainingOptions options)
    {
        string[] errors = [.. Errors(options, nameof(TrainingOptions))];
        if (errors.Length > 0)
        {
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        }
    }

    /// <param name="options">What to check.</param>
    /// <param name="prefix">Configuration key of the options, for the messages.</param>
    public static IEnumerable<string> Errors(TrainingOptions options, string prefix)
    {
        foreach ((string side, int pixels) in new[] { (nameof(options.InputWidth), options.InputWidth), (nameof(options.InputHeight), options.InputHeight) })
        {
            if (pixels is < 64 or > 512 || pixels % SizeStep != 0)
            {
                yield return $"{prefix}.{side} is {pixels}; it must be a multiple of {SizeStep} from 64 to 512.";
            }
        }

        (string Name, double Value, double Min, double Max)[] bounds =
        [
            (nameof(options.Blocks), options.Blocks, 3, 4),
            (nameof(options.LatentSize), options.LatentSize, 8, 512),
            (nameof(options.BatchSize), options.BatchSize, 1, 64),
            (nameof(options.Epochs), options.Epochs, 1, 1000),
            (nameof(options.LearningRate), options.LearningRate, 1e-6, 0.1),
            (nameof(options.ValidationShare), options.ValidationShare, 0.1, 0.5),
            (nameof(options.Patience), options.Patience, 1, 1000),
            (nameof(options.FalseAlarmsPerHour), options.FalseAlarmsPerHour, 0.001, 3600),
            (nameof(options.FramesPerSecond), options.FramesPerSecond, 0.001, 60),
            (nameof(options.Threads), options.Threads, 0, 64),
            (nameof(options.MaxImages), options.MaxImages, TrainingOptions.MinImages, 10_000),
            ($"{nameof(options.MaxDuration)}.{nameof(TimeSpan.TotalSeconds)}", options.MaxDuration.TotalSeconds, 1, 86_400),
        ];
        foreach ((string name, double value, double min, double max) in bounds)
        {
            if (!(value >= min && value <= max))
            {
                yield return FormattableString.Invariant($"{prefix}.{name} is {value}; it must be from {min} to {max}.");
            }
        }
    }
}

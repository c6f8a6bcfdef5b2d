namespace Guardian.Analysis;

/// <summary>How a YOLO model is run.</summary>
public sealed class OnnxYoloOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Analysis:Yolo";

    /// <summary>
    /// The classes' names by number; empty (the default) takes them from the model's metadata entry <c>names</c>. Where neither says them
    /// they are called <c>class_0</c>, <c>class_1</c> and so on. At most 10 000, each 1 to 64 characters.
    /// </summary>
    public IReadOnlyList<string> ClassNames { get; set; } = [];

    /// <summary>Objects below it are not reported. Default 0.25; 0.01 to 1.</summary>
    public double MinConfidence { get; set; } = 0.25;

    /// <summary>
    /// Of two boxes of one class that overlap (common ÷ united area) by more than this the less confident is dropped. Default 0.45; 0 to 1.
    /// </summary>
    public double MaxOverlap { get; set; } = 0.45;

    /// <summary>Objects of one frame that are reported, the most confident. Default 100; 1 to 1000.</summary>
    public int MaxObjects { get; set; } = 100;

    /// <summary>Side of the square input for a model that takes any size, in pixels. Default 640; 32 to 2048, a multiple of 32.</summary>
    public int InputSize { get; set; } = 640;

    /// <summary>Threads that share one inference. Default 1; 1 to 64.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>Inferences at one time; further ones wait. Default 1; 1 to 16.</summary>
    public int MaxConcurrency { get; set; } = 1;

    /// <summary>Largest model file in bytes. Default 512 MiB; up to 2 GiB.</summary>
    public long MaxModelBytes { get; set; } = 512L << 20;

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(bool holds, string key, string rule)
        {
            if (!holds)
            {
                errors.Add($"{Section}:{key} {rule}");
            }
        }

        Check(ClassNames is { Count: <= 10_000 } && ClassNames.All(n => n?.Length is >= 1 and <= 64), nameof(ClassNames), "must be at most 10000 names of 1 to 64 characters");
        Check(MinConfidence is >= 0.01 and <= 1, nameof(MinConfidence), "must be from 0.01 to 1");
        Check(MaxOverlap is >= 0 and <= 1, nameof(MaxOverlap), "must be from 0 to 1");
        Check(MaxObjects is >= 1 and <= 1000, nameof(MaxObjects), "must be from 1 to 1000");
        Check(InputSize is >= 32 and <= 2048 && InputSize % 32 == 0, nameof(InputSize), "must be a multiple of 32 from 32 to 2048");
        Check(Threads is >= 1 and <= 64, nameof(Threads), "must be from 1 to 64");
        Check(MaxConcurrency is >= 1 and <= 16, nameof(MaxConcurrency), "must be from 1 to 16");
        Check(MaxModelBytes is >= 1 and <= int.MaxValue, nameof(MaxModelBytes), "must be from 1 to 2147483647");
        return errors;
    }
}

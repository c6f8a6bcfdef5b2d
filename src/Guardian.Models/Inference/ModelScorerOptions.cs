namespace Guardian.Models;

/// <summary>How a <see cref="ModelScorer"/> runs.</summary>
public sealed record ModelScorerOptions
{
    /// <summary>Processor threads for one frame, 1 to 64. Default 1: an edge scores several cameras side by side.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The largest model accepted, in bytes: 1 KiB to 1 GiB. Default 512 MiB; a model with default options has about 15 MB.</summary>
    public int MaxModelBytes { get; init; } = 512 * 1024 * 1024;

    internal void ThrowIfInvalid()
    {
        if (Threads is < 1 or > 64)
        {
            throw new ArgumentException($"{nameof(Threads)} is {Threads}; it must be from 1 to 64.");
        }

        if (MaxModelBytes is < 1024 or > 1024 * 1024 * 1024)
        {
            throw new ArgumentException($"{nameof(MaxModelBytes)} is {MaxModelBytes}; it must be from 1024 to 1073741824.");
        }
    }
}

namespace Guardian.Shared.Imaging;

/// <summary>Bounds that hold before any picture memory is allocated.</summary>
internal sealed record JpegLimits
{
    /// <summary>4 MiB, 8192 a side, 36 megapixels (108 MB as RGB): any camera frame, and no more memory than a small node has.</summary>
    public static JpegLimits Default { get; } = new();

    public int MaxBytes { get; init; } = 4 * 1024 * 1024;

    public int MaxSide { get; init; } = 8192;

    public int MaxPixels { get; init; } = 36_000_000;

    public int MinSide { get; init; } = 1;
}

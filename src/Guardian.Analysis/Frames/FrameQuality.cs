namespace Guardian.Analysis;

/// <summary>
/// What a frame's grey values say about whether there is anything to see. Measured on the picture averaged down to at most 80 pixels a
/// side.
/// </summary>
/// <param name="Brightness">Mean grey value, 0 to 255.</param>
/// <param name="Contrast">Standard deviation of the grey values, 0 to 127.5.</param>
/// <param name="Sharpness">Variance of the 4-neighbour Laplacian (Pech-Pacheco et al., ICPR 2000); near 0 when everything is blurred.</param>
/// <param name="Entropy">Shannon entropy of the histogram of 64 grey levels, 0 to 6 bits.</param>
public sealed record FrameQuality(double Brightness, double Contrast, double Sharpness, double Entropy)
{
    /// <summary>Below it a picture is a smooth gradient; docs/analysis.md has what was measured on both sides of it.</summary>
    internal const double MinSharpness = 60;

    /// <summary>Below it a picture is one grey with noise.</summary>
    internal const double MinContrast = 6;

    /// <summary>Below it a picture has three or four grey levels.</summary>
    internal const double MinEntropy = 1.5;

    /// <summary>
    /// True when there is next to nothing to see: sharpness below 60, contrast below 6 or entropy below 1.5 bits. A covered, blinded,
    /// painted or badly defocused lens gives it, and so does a dark night without infrared light.
    /// </summary>
    public bool IsFeatureless => Sharpness < MinSharpness || Contrast < MinContrast || Entropy < MinEntropy;

    /// <summary>Measures a frame.</summary>
    public static FrameQuality Measure(FrameImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return FrameQualityMeter.Measure(image);
    }
}

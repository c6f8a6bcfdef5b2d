namespace Guardian.Analysis;

/// <summary>
/// Computes <see cref="FrameQuality"/>. Averaging first makes the figures alike for all resolutions and takes most sensor noise away.
/// </summary>
internal static class FrameQualityMeter
{
    private const int Side = 80, Levels = 64;

    public static FrameQuality Measure(FrameImage image)
    {
        int step = Math.Max(1, (Math.Max(image.Width, image.Height) + Side - 1) / Side);
        int width = Math.Max(1, image.Width / step), height = Math.Max(1, image.Height / step);
        float[] grey = Shrink(image, width, height, step);

        double mean = 0, squares = 0;
        Span<int> histogram = stackalloc int[Levels];
        foreach (float value in grey)
        {
            mean += value;
            squares += (double)value * value;
            histogram[Math.Clamp((int)(value * Levels / 256), 0, Levels - 1)]++;
        }

        mean /= grey.Length;
        double contrast = Math.Sqrt(Math.Max(0, (squares / grey.Length) - (mean * mean)));
        return new FrameQuality(mean, contrast, Sharpness(grey, width, height), Entropy(histogram, grey.Length));
    }

    private static float[] Shrink(FrameImage image, int width, int height, int step)
    {
        ReadOnlySpan<byte> rgb = image.Rgb.Span;
        float[] grey = new float[width * height];
        int tallest = Math.Min(step, image.Height), widest = Math.Min(step, image.Width);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double sum = 0;
                for (int dy = 0; dy < tallest; dy++)
                {
                    int at = ((((y * step) + dy) * image.Width) + (x * step)) * 3;
                    for (int dx = 0; dx < widest; dx++, at += 3)
                    {
                        // Luma of ITU-R BT.601, as JPEG uses it.
                        sum += (0.299 * rgb[at]) + (0.587 * rgb[at + 1]) + (0.114 * rgb[at + 2]);
                    }
                }

                grey[(y * width) + x] = (float)(sum / (tallest * widest));
            }
        }

        return grey;
    }

    private static double Sharpness(float[] grey, int width, int height)
    {
        double sum = 0, squares = 0;
        int count = 0;
        for (int y = 1; y < height - 1; y++)
        {
            for (int x = 1; x < width - 1; x++)
            {
                int at = (y * width) + x;
                double laplacian = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - (4 * grey[at]);
                sum += laplacian;
                squares += laplacian * laplacian;
                count++;
            }
        }

        return count == 0 ? 0 : Math.Max(0, (squares / count) - (sum / count * (sum / count)));
    }

    private static double Entropy(ReadOnlySpan<int> histogram, int total)
    {
        double entropy = 0;
        foreach (int count in histogram)
        {
            double share = (double)count / total;
            entropy -= count == 0 ? 0 : share * Math.Log2(share);
        }

        return entropy;
    }
}

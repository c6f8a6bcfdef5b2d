namespace Guardian.Analysis;

/// <summary>
/// A frame scaled into the model's input with its proportions kept and centred, as YOLO models are trained to see it. The scale of each
/// axis is that of the whole pixels it was resampled to, so that mapping back is exact.
/// </summary>
internal readonly record struct Letterbox(int Width, int Height, int InputWidth, int InputHeight, int Left, int Top, int InnerWidth, int InnerHeight)
{
    private const float Grey = 114 / 255f;

    public static Letterbox For(int width, int height, int inputWidth, int inputHeight)
    {
        double scale = Math.Min((double)inputWidth / width, (double)inputHeight / height);
        int innerWidth = Math.Clamp((int)Math.Round(width * scale), 1, inputWidth), innerHeight = Math.Clamp((int)Math.Round(height * scale), 1, inputHeight);
        return new Letterbox(width, height, inputWidth, inputHeight, (inputWidth - innerWidth) / 2, (inputHeight - innerHeight) / 2, innerWidth, innerHeight);
    }

    public double ToFrameX(double x) => (x - Left) * Width / InnerWidth;

    public double ToFrameY(double y) => (y - Top) * Height / InnerHeight;

    /// <summary>Writes [3, height, width]; bilinear between pixel centres.</summary>
    public void Fill(FrameImage image, float[] input)
    {
        Array.Fill(input, Grey);
        ReadOnlySpan<byte> rgb = image.Rgb.Span;
        int plane = InputWidth * InputHeight;
        for (int y = 0; y < InnerHeight; y++)
        {
            (int upper, int lower, float down) = Between(y, InnerHeight, Height);
            for (int x = 0; x < InnerWidth; x++)
            {
                (int left, int right, float across) = Between(x, InnerWidth, Width);
                int target = ((y + Top) * InputWidth) + x + Left;
                for (int channel = 0; channel < 3; channel++)
                {
                    float high = Mix(rgb[(((upper * Width) + left) * 3) + channel], rgb[(((upper * Width) + right) * 3) + channel], across);
                    float low = Mix(rgb[(((lower * Width) + left) * 3) + channel], rgb[(((lower * Width) + right) * 3) + channel], across);
                    input[(channel * plane) + target] = Mix(high, low, down) / 255;
                }
            }
        }
    }

    private static (int First, int Second, float Share) Between(int target, int targets, int sources)
    {
        double at = Math.Clamp(((target + 0.5) * sources / targets) - 0.5, 0, sources - 1);
        int first = (int)at;
        return (first, Math.Min(first + 1, sources - 1), (float)(at - first));
    }

    private static float Mix(float a, float b, float share) => a + ((b - a) * share);
}

using Guardian.Shared.Imaging;

namespace Guardian.Analysis;

/// <summary>A decoded frame.</summary>
public sealed class FrameImage
{
    private const int MaxSide = 8192;

    /// <summary>Makes a frame of pixels that are already decoded.</summary>
    /// <param name="width">1 to 8192.</param>
    /// <param name="height">1 to 8192.</param>
    /// <param name="rgb">Width × height × 3 bytes, as <see cref="Rgb"/>. Not copied.</param>
    /// <exception cref="ArgumentException">The size is out of bounds or does not fit the number of bytes.</exception>
    public FrameImage(int width, int height, ReadOnlyMemory<byte> rgb)
    {
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide)
        {
            throw new ArgumentException($"width, height: the frame is {width}x{height}, 1 to {MaxSide} a side are taken", nameof(width));
        }

        if (rgb.Length != (long)width * height * 3)
        {
            throw new ArgumentException($"rgb: {width}x{height} needs {(long)width * height * 3} bytes, not {rgb.Length}", nameof(rgb));
        }

        Width = width;
        Height = height;
        Rgb = rgb;
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Rows from the top, red green blue, no padding: index <c>(y × Width + x) × 3 + channel</c>.</summary>
    public ReadOnlyMemory<byte> Rgb { get; }

    /// <summary>Decodes a JPEG file: at most 4 MiB, 8192 pixels a side and 36 megapixels. Grey ones become RGB.</summary>
    /// <exception cref="AnalysisException">The file is damaged, cut off, not a JPEG or over a limit; the message says which.</exception>
    public static FrameImage FromJpeg(ReadOnlyMemory<byte> jpeg)
    {
        try
        {
            RgbImage image = JpegDecoder.Decode(jpeg.Span, JpegLimits.Default);
            return new FrameImage(image.Width, image.Height, image.Pixels);
        }
        catch (JpegException e)
        {
            throw new AnalysisException($"jpeg: {e.Message}", isTransient: false, e);
        }
    }
}

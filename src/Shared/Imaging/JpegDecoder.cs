using System.Runtime.InteropServices;

namespace Guardian.Shared.Imaging;

/// <summary>
/// Reads JPEG files from strangers: limits are checked on the header before picture memory is taken, and a damaged or cut-off file is an error,
/// never a partly grey picture.
/// </summary>
internal static unsafe class JpegDecoder
{
    // A progressive file may repeat scans thousands of times to keep a decoder busy; libjpeg-turbo stops after 500 with this flag.
    private const int Strict = TurboJpeg.FlagStopOnWarning | TurboJpeg.FlagLimitScans | TurboJpeg.FlagAccurateDct;

    /// <summary>Reads and checks the header alone.</summary>
    /// <exception cref="JpegException">The file is refused.</exception>
    public static JpegHeader ReadHeader(ReadOnlySpan<byte> jpeg, JpegLimits limits)
    {
        using TurboJpegHandle decompressor = Create();
        fixed (byte* bytes = jpeg)
        {
            return ReadHeader(decompressor, bytes, jpeg.Length, limits);
        }
    }

    /// <summary>Decodes the whole picture; grey ones become RGB.</summary>
    /// <exception cref="JpegException">The file is refused.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> jpeg, JpegLimits limits) => DecodeScaled(jpeg, limits, int.MaxValue, int.MaxValue);

    /// <summary>The same into the memory of <paramref name="used"/>, a picture that is done with, when it has the same number of pixels: pictures of a camera do.</summary>
    /// <exception cref="JpegException">The file is refused.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> jpeg, JpegLimits limits, RgbImage? used) => DecodeScaled(jpeg, limits, int.MaxValue, int.MaxValue, used);

    /// <summary>
    /// Decodes at 1/1, 1/2, 1/4 or 1/8: the smallest whose sides are still at least <paramref name="minWidth"/> and <paramref name="minHeight"/>,
    /// or in full where no scale is. Saves memory above all.
    /// </summary>
    /// <exception cref="JpegException">The file is refused.</exception>
    public static RgbImage DecodeScaled(ReadOnlySpan<byte> jpeg, JpegLimits limits, int minWidth, int minHeight, RgbImage? used = null)
    {
        using TurboJpegHandle decompressor = Create();
        fixed (byte* bytes = jpeg)
        {
            JpegHeader header = ReadHeader(decompressor, bytes, jpeg.Length, limits);
            int divisor = 8;
            while (divisor > 1 && (Scaled(header.Width, divisor) < minWidth || Scaled(header.Height, divisor) < minHeight))
            {
                divisor /= 2;
            }

            int width = Scaled(header.Width, divisor), height = Scaled(header.Height, divisor);
            byte[] pixels = used?.Pixels.Length == width * height * 3 ? used.Pixels : new byte[width * height * 3];
            fixed (byte* target = pixels)
            {
                var size = new CULong((nuint)jpeg.Length);
                if (TurboJpeg.Decompress(decompressor, bytes, size, target, width, 0, height, TurboJpeg.PixelFormatRgb, Strict) != 0)
                {
                    throw new JpegException(JpegError.Corrupt, $"The JPEG data is damaged or cut off: {TurboJpeg.LastError(decompressor)}.");
                }
            }

            return new RgbImage(width, height, pixels);
        }
    }

    private static int Scaled(int side, int divisor) => (side + divisor - 1) / divisor;

    private static TurboJpegHandle Create()
    {
        TurboJpegHandle handle = TurboJpeg.CreateDecompressor();
        return handle.IsInvalid ? throw new InvalidOperationException("libjpeg-turbo could not create a decompressor (out of memory).") : handle;
    }

    private static JpegHeader ReadHeader(TurboJpegHandle decompressor, byte* bytes, int length, JpegLimits limits)
    {
        if (length > limits.MaxBytes)
        {
            throw new JpegException(JpegError.TooManyBytes, $"The JPEG has {length} bytes; the limit is {limits.MaxBytes}.");
        }

        // The library reads any marker it is given first; a camera's file starts with SOI (FF D8).
        if (length < 4 || bytes[0] != 0xFF || bytes[1] != 0xD8)
        {
            throw new JpegException(JpegError.NotJpeg, "This is not a JPEG file: it does not start with FF D8.");
        }

        var size = new CULong((nuint)length);
        if (TurboJpeg.ReadHeader(decompressor, bytes, size, out int width, out int height, out _, out int colourSpace) != 0)
        {
            throw new JpegException(JpegError.NotJpeg, $"The JPEG header cannot be read: {TurboJpeg.LastError(decompressor)}.");
        }

        // Cut off before the frame header, the library sees a file of tables alone and reports no size.
        if (width < 1 || height < 1)
        {
            throw new JpegException(JpegError.NotJpeg, "The JPEG has no frame header; it is cut off or has no picture.");
        }

        if (colourSpace is TurboJpeg.ColourSpaceCmyk or TurboJpeg.ColourSpaceYcck)
        {
            throw new JpegException(JpegError.ColourSpace, "The JPEG is CMYK; cameras send YCbCr or grey.");
        }

        if (width > limits.MaxSide || height > limits.MaxSide || (long)width * height > limits.MaxPixels)
        {
            throw new JpegException(
                JpegError.TooLarge, $"The JPEG is {width}x{height}; the limit is {limits.MaxSide} a side and {limits.MaxPixels} pixels.");
        }

        return width < limits.MinSide || height < limits.MinSide
            ? throw new JpegException(JpegError.TooSmall, $"The JPEG is {width}x{height}; at least {limits.MinSide} a side is needed.")
            : new JpegHeader(width, height);
    }
}

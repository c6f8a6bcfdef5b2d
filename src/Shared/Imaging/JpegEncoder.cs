using System.Runtime.InteropServices;

namespace Guardian.Shared.Imaging;

/// <summary>Writes baseline JPEG files.</summary>
internal static unsafe class JpegEncoder
{
    /// <summary>Compresses a picture with 4:2:0 colour.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="quality">1 (smallest) to 100 (best), libjpeg's scale.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="quality"/> is outside 1 to 100.</exception>
    public static byte[] Encode(RgbImage image, int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        using TurboJpegHandle compressor = TurboJpeg.CreateCompressor();
        if (compressor.IsInvalid)
        {
            throw new InvalidOperationException("libjpeg-turbo could not create a compressor (out of memory).");
        }

        CULong size = TurboJpeg.BufferSize(image.Width, image.Height, TurboJpeg.Subsampling420);
        byte[] buffer = new byte[checked((int)size.Value)];
        fixed (byte* pixels = image.Pixels, target = buffer)
        {
            byte* jpeg = target;
            const int flags = TurboJpeg.FlagNoRealloc | TurboJpeg.FlagAccurateDct;
            if (TurboJpeg.Compress(
                compressor, pixels, image.Width, 0, image.Height, TurboJpeg.PixelFormatRgb, ref jpeg, ref size, TurboJpeg.Subsampling420, quality, flags) != 0)
            {
                throw new InvalidOperationException($"libjpeg-turbo could not compress {image.Width}x{image.Height}: {TurboJpeg.LastError(compressor)}.");
            }
        }

        return buffer.AsSpan(0, (int)size.Value).ToArray();
    }
}

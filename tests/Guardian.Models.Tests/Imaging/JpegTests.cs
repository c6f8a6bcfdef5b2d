using System.Runtime.InteropServices;
using Guardian.Models.Tests.Support;
using Guardian.Shared.Imaging;

namespace Guardian.Models.Tests.Imaging;

public sealed class JpegTests
{
    [Fact]
    public void a_smooth_picture_survives_compression_almost_unchanged()
    {
        RgbImage original = Gradient(97, 61);
        RgbImage decoded = JpegDecoder.Decode(JpegEncoder.Encode(original, 100), JpegLimits.Default);
        Assert.Equal((97, 61), (decoded.Width, decoded.Height));
        int worst = original.Pixels.Zip(decoded.Pixels, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst <= 6, $"a value is off by {worst}");
    }

    [Theory]
    [InlineData(255, 0, 0)]
    [InlineData(0, 255, 0)]
    [InlineData(0, 0, 255)]
    [InlineData(255, 255, 255)]
    public void colours_come_back_in_the_order_red_green_blue(byte red, byte green, byte blue)
    {
        byte[] pixels = [.. Enumerable.Range(0, 16 * 16).SelectMany(_ => new[] { red, green, blue })];
        RgbImage decoded = JpegDecoder.Decode(JpegEncoder.Encode(new RgbImage(16, 16, pixels), 95), JpegLimits.Default);
        Assert.All(decoded.Pixels.Chunk(3), p =>
        {
            Assert.InRange(p[0], red - 3, red + 3);
            Assert.InRange(p[1], green - 3, green + 3);
            Assert.InRange(p[2], blue - 3, blue + 3);
        });
    }

    [Theory]
    [InlineData(400, 640, 480)]
    [InlineData(300, 320, 240)]
    [InlineData(100, 160, 120)]
    [InlineData(10, 80, 60)]
    public void scaled_decoding_gives_the_smallest_picture_that_is_large_enough(int minimum, int width, int height)
    {
        byte[] jpeg = JpegEncoder.Encode(Gradient(640, 480), 90);
        RgbImage decoded = JpegDecoder.DecodeScaled(jpeg, JpegLimits.Default, minimum, minimum * 3 / 4);
        Assert.Equal((width, height), (decoded.Width, decoded.Height));
    }

    [Fact]
    public void a_picture_cut_off_anywhere_is_refused()
    {
        byte[] jpeg = Sample.Jpeg(1, 200, 150);
        for (int length = 0; length < jpeg.Length - 1; length += 1 + (length / 50))
        {
            byte[] cut = jpeg[..length];
            JpegException e = Assert.Throws<JpegException>(() => JpegDecoder.Decode(cut, JpegLimits.Default));
            Assert.True(e.Error is JpegError.NotJpeg or JpegError.Corrupt, $"at {length}: {e.Error}");
        }
    }

    [Fact]
    public void flipped_bits_give_a_picture_or_an_error_and_nothing_worse()
    {
        byte[] jpeg = Sample.Jpeg(1, 64, 64);
        var random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. jpeg];
            for (int flip = 0; flip <= round % 4; flip++)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                RgbImage image = JpegDecoder.Decode(damaged, JpegLimits.Default with { MaxSide = 1024 });
                Assert.Equal(image.Width * image.Height * 3, image.Pixels.Length);
            }
            catch (JpegException)
            {
                refused++;
            }
        }

        Assert.True(refused > 100, $"only {refused} of 2000 damaged files were noticed");
    }

    [Theory]
    [InlineData(65535, 65535, nameof(JpegError.NotJpeg))]
    [InlineData(65500, 65500, nameof(JpegError.TooLarge))]
    [InlineData(8193, 32, nameof(JpegError.TooLarge))]
    [InlineData(8000, 8000, nameof(JpegError.TooLarge))]
    public void a_header_that_claims_a_huge_picture_is_refused_before_memory_is_taken(int width, int height, string error)
    {
        byte[] jpeg = WithSize(Sample.Jpeg(), width, height);
        long before = GC.GetAllocatedBytesForCurrentThread();
        JpegException e = Assert.Throws<JpegException>(() => JpegDecoder.Decode(jpeg, JpegLimits.Default));
        Assert.Equal(error, e.Error.ToString());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void a_print_picture_in_cmyk_is_refused()
    {
        JpegException e = Assert.Throws<JpegException>(() => JpegDecoder.Decode(Cmyk(), JpegLimits.Default));
        Assert.Equal(JpegError.ColourSpace, e.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void a_quality_off_the_scale_is_refused(int quality) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => JpegEncoder.Encode(Gradient(8, 8), quality));

    /// <summary>Writes other measures into the start-of-frame segment (FF C0, length, precision, height, width).</summary>
    public static byte[] WithSize(byte[] jpeg, int width, int height)
    {
        byte[] changed = [.. jpeg];
        int frame = changed.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (changed[frame + 5], changed[frame + 6]) = ((byte)(height >> 8), (byte)height);
        (changed[frame + 7], changed[frame + 8]) = ((byte)(width >> 8), (byte)width);
        return changed;
    }

    public static unsafe byte[] Cmyk()
    {
        const int side = 64, pixelFormatCmyk = 11;
        using TurboJpegHandle compressor = TurboJpeg.CreateCompressor();
        byte[] pixels = new byte[side * side * 4], buffer = new byte[100_000];
        var size = new CULong((nuint)buffer.Length);
        fixed (byte* source = pixels, target = buffer)
        {
            byte* jpeg = target;
            int result = TurboJpeg.Compress(
                compressor, source, side, 0, side, pixelFormatCmyk, ref jpeg, ref size, TurboJpeg.Subsampling420, 90, TurboJpeg.FlagNoRealloc);
            Assert.Equal(0, result);
        }

        return buffer[..(int)size.Value];
    }

    private static RgbImage Gradient(int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++)
        {
            int x = i % width, y = i / width;
            byte shade = (byte)(40 + (150 * (x + y) / (width + height)));
            (pixels[i * 3], pixels[(i * 3) + 1], pixels[(i * 3) + 2]) = (shade, (byte)(shade + 10), (byte)(shade + 20));
        }

        return new RgbImage(width, height, pixels);
    }
}

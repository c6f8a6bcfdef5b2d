using Guardian.Shared.Imaging;

namespace Guardian.Analysis.Tests.Frames;

public sealed class FrameTests
{
    [Fact]
    public void a_jpeg_becomes_pixels()
    {
        FrameImage image = FrameImage.FromJpeg(Sample.Jpeg(48, 32));
        Assert.Equal((48, 32, 48 * 32 * 3), (image.Width, image.Height, image.Rgb.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(600)]
    public void a_cut_off_jpeg_is_refused_naming_the_field(int length)
    {
        AnalysisException error = Assert.Throws<AnalysisException>(() => FrameImage.FromJpeg(Sample.Jpeg().AsMemory(0, length)));
        Assert.StartsWith("jpeg: ", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public void a_frame_of_the_wrong_number_of_bytes_is_refused()
    {
        Assert.StartsWith("rgb", Assert.Throws<ArgumentException>(() => new FrameImage(2, 2, new byte[11])).Message, StringComparison.Ordinal);
        Assert.StartsWith("width", Assert.Throws<ArgumentException>(() => new FrameImage(0, 2, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_scene_has_features_and_a_covered_lens_has_none()
    {
        Assert.False(FrameQuality.Measure(FrameImage.FromJpeg(Sample.Jpeg())).IsFeatureless);
        Assert.True(FrameQuality.Measure(FrameImage.FromJpeg(Sample.BlackJpeg())).IsFeatureless);
        Assert.True(FrameQuality.Measure(Sample.Plain(1, 1, 255)).IsFeatureless);
        Assert.True(FrameQuality.Measure(Sample.Plain(3000, 1, 90)).IsFeatureless);
    }

    [Fact]
    public void a_smooth_gradient_with_sensor_noise_is_featureless()
    {
        var random = new Random(1);
        byte[] pixels = new byte[640 * 480 * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(60 + (i / 3 % 640 / 8) + random.Next(-6, 7));
        }

        FrameQuality quality = FrameQuality.Measure(new FrameImage(640, 480, JpegDecoder.Decode(JpegEncoder.Encode(new RgbImage(640, 480, pixels), 80), JpegLimits.Default).Pixels));
        Assert.True(quality.Contrast > 15);
        Assert.True(quality.IsFeatureless, $"{quality}");
    }

    [Fact]
    public void quality_is_measured_in_grey_values()
    {
        byte[] pixels = new byte[8 * 8 * 3];
        Array.Fill(pixels, (byte)200, 0, pixels.Length / 2);
        FrameQuality quality = FrameQuality.Measure(new FrameImage(8, 8, pixels));
        Assert.Equal(100, quality.Brightness, 1e-3);
        Assert.Equal(100, quality.Contrast, 1e-3);
        Assert.Equal(1, quality.Entropy, 1e-9);
    }
}

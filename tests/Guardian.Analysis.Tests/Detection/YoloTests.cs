using Guardian.Models.Onnx;

namespace Guardian.Analysis.Tests.Detection;

public sealed class YoloTests
{
    private const string TwoNames = "{0: 'person', 1: \"dog's toy\"}";

    private static async Task<IReadOnlyList<DetectedObject>> DetectAsync(byte[] model, int width, int height, OnnxYoloOptions? options = null, byte value = 255)
    {
        using var detector = new OnnxYoloDetector(model, options);
        return await detector.DetectAsync(new AnalysisFrame(Sample.Plain(width, height, value), null, Sample.Noon), CancellationToken.None);
    }

    [Fact(Timeout = 60_000)]
    public async Task the_layout_with_a_row_per_class_is_read_and_named_from_the_metadata()
    {
        byte[] model = TestGraph.Raw([[32, 32, 16, 20, 0.9f, 0.1f], [10, 50, 8, 8, 0.05f, 0.6f], [20, 20, 8, 8, 0.1f, 0.2f]], TwoNames);
        IReadOnlyList<DetectedObject> found = await DetectAsync(model, 64, 64);
        Assert.Equal([("person", 24d, 22d, 16d, 20d), ("dog's toy", 6d, 46d, 8d, 8d)], found.Select(o => (o.Label, o.X, o.Y, o.Width, o.Height)));
        Assert.Equal(0.9, found[0].Confidence, 1e-6);
    }

    [Fact(Timeout = 60_000)]
    public async Task the_end_to_end_layout_is_read()
    {
        byte[] model = TestGraph.EndToEnd([[6, 46, 14, 54, 0.6f, 1], [24, 22, 40, 42, 0.9f, 0], [0, 0, 0, 0, 0, 0], [1, 1, 9, 9, 0.8f, 7]], TwoNames);
        IReadOnlyList<DetectedObject> found = await DetectAsync(model, 64, 64);
        Assert.Equal([("person", 24d, 22d, 16d, 20d), ("class_7", 1d, 1d, 8d, 8d), ("dog's toy", 6d, 46d, 8d, 8d)], found.Select(o => (o.Label, o.X, o.Y, o.Width, o.Height)));
    }

    [Fact(Timeout = 60_000)]
    public async Task boxes_are_mapped_back_through_the_letterbox_exactly()
    {
        // 128×64 into 64×64: half size, 16 rows of grey above and below.
        byte[] model = TestGraph.Raw([[32, 32, 16, 8, 0.9f, 0]], TwoNames);
        DetectedObject wide = Assert.Single(await DetectAsync(model, 128, 64));
        Assert.Equal((48, 24, 32, 16), (wide.X, wide.Y, wide.Width, wide.Height));
        DetectedObject tall = Assert.Single(await DetectAsync(model, 32, 128));
        Assert.Equal((0, 56, 32, 16), (tall.X, tall.Y, tall.Width, tall.Height));
    }

    [Fact(Timeout = 60_000)]
    public async Task boxes_are_cut_to_the_frame_and_those_in_the_padding_dropped()
    {
        byte[] model = TestGraph.Raw([[0, 32, 20, 20, 0.9f, 0], [32, 4, 8, 8, 0.8f, 0]], TwoNames);
        DetectedObject box = Assert.Single(await DetectAsync(model, 128, 64));
        Assert.Equal((0, 12, 20, 40), (box.X, box.Y, box.Width, box.Height));
    }

    [Fact(Timeout = 60_000)]
    public async Task the_pixels_reach_the_model()
    {
        byte[] model = TestGraph.Raw([[32, 32, 16, 20, 0.9f, 0]], TwoNames);
        Assert.Empty(await DetectAsync(model, 64, 64, value: 0));
        Assert.Single(await DetectAsync(model, 64, 64, value: 255));
    }

    [Fact(Timeout = 60_000)]
    public async Task overlapping_boxes_are_suppressed_within_a_class_only()
    {
        byte[] model = TestGraph.Raw(
            [[32, 32, 20, 20, 0.7f, 0], [33, 32, 20, 20, 0.9f, 0], [32, 33, 20, 20, 0, 0.8f], [50, 50, 10, 10, 0.5f, 0]], TwoNames);
        IReadOnlyList<DetectedObject> found = await DetectAsync(model, 64, 64);
        Assert.Equal([("person", 23d), ("dog's toy", 22d), ("person", 45d)], found.Select(o => (o.Label, o.X)));
        Assert.Equal(4, (await DetectAsync(model, 64, 64, new OnnxYoloOptions { MaxOverlap = 1 })).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task values_that_are_no_numbers_are_no_objects()
    {
        byte[] model = TestGraph.Raw([[float.NaN, 32, 20, 20, 0.9f, 0], [32, 32, -5, 20, 0.9f, 0], [32, 32, 20, 20, float.NaN, float.NaN], [32, 32, 20, 20, 3, 0]], TwoNames);
        DetectedObject box = Assert.Single(await DetectAsync(model, 64, 64));
        Assert.Equal(1, box.Confidence);
    }

    [Fact(Timeout = 60_000)]
    public async Task bounds_and_names_follow_the_options()
    {
        float[][] boxes = [.. Enumerable.Range(0, 20).Select(i => new[] { 3f * i, 10, 2, 2, 0.3f + (i * 0.03f) })];
        byte[] model = TestGraph.Raw(boxes, inputShape: [1, 3, -1, -1]);
        IReadOnlyList<DetectedObject> found = await DetectAsync(model, 64, 64, new OnnxYoloOptions { ClassNames = ["car"], MaxObjects = 3, InputSize = 64 });
        Assert.Equal([57d, 54, 51], found.Select(o => Math.Round(o.X + 1)));
        Assert.All(found, o => Assert.Equal("car", o.Label));
        Assert.Equal(2, (await DetectAsync(model, 64, 64, new OnnxYoloOptions { MinConfidence = 0.83, InputSize = 64 })).Count);
    }

    [Theory]
    [InlineData(new long[] { 1, 7, 9 }, "for its 2 classes [1, 6, N]")]
    [InlineData(new long[] { 2, 6, 9 }, "[1, 4 + classes, N] or [1, N, 6] is needed")]
    [InlineData(new long[] { 6, 9 }, "[1, 4 + classes, N] or [1, N, 6] is needed")]
    public void an_output_of_another_shape_is_refused_in_words(long[] shape, string why)
    {
        byte[] model = TestGraph.Build(new float[shape.Aggregate(1L, (a, b) => a * b)], shape, names: TwoNames);
        AnalysisException error = Assert.Throws<AnalysisException>(() => new OnnxYoloDetector(model));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Theory]
    [InlineData(new long[] { 1, 1, 64, 64 })]
    [InlineData(new long[] { 3, 64, 64 })]
    [InlineData(new long[] { 1, 3, 16, 16 })]
    [InlineData(new long[] { 1, 3, 4096, 4096 })]
    public void an_input_of_another_shape_is_refused_in_words(long[] shape)
    {
        byte[] model = TestGraph.Build(new float[12], [1, 6, 2], shape);
        Assert.Contains("input", Assert.Throws<AnalysisException>(() => new OnnxYoloDetector(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void bytes_as_input_are_refused_in_words()
    {
        byte[] model = TestGraph.Build(new float[12], [1, 6, 2], input: TensorProto.Types.DataType.Uint8);
        Assert.Contains("32-bit floats", Assert.Throws<AnalysisException>(() => new OnnxYoloDetector(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void what_is_no_model_is_refused()
    {
        Assert.Contains("cannot load", Assert.Throws<AnalysisException>(() => new OnnxYoloDetector("no model"u8.ToArray())).Message, StringComparison.Ordinal);
        Assert.Contains("MaxModelBytes", Assert.Throws<AnalysisException>(() => new OnnxYoloDetector(new byte[11], new OnnxYoloOptions { MaxModelBytes = 10 })).Message, StringComparison.Ordinal);
        Assert.Contains("path", Assert.Throws<AnalysisException>(() => OnnxYoloDetector.FromFile("/there/is/no/model.onnx")).Message, StringComparison.Ordinal);
        Assert.Equal(3, new OnnxYoloOptions { MaxOverlap = 2, InputSize = 33, ClassNames = [""] }.Validate().Count);
    }

    [Fact]
    public void the_letterbox_keeps_the_picture_and_pads_with_grey()
    {
        byte[] pixels = new byte[4 * 2 * 3];
        pixels[0] = 255;
        pixels[^1] = 51;
        var letterbox = Letterbox.For(4, 2, 4, 4);
        float[] input = new float[3 * 16];
        letterbox.Fill(new FrameImage(4, 2, pixels), input);
        Assert.Equal(114 / 255f, input[0]);
        Assert.Equal(1, input[4]);
        Assert.Equal(0, input[16 + 4]);
        Assert.Equal(51 / 255f, input[32 + 11]);
        Assert.Equal(114 / 255f, input[^1]);
    }

    [Theory]
    [InlineData("{0: 'person', 1: 'bicycle'}", "person,bicycle")]
    [InlineData("{\"0\": \"person\", \"2\": \"car\"}", "person,class_1,car")]
    [InlineData("{0: 'it\\'s'}", "it's")]
    [InlineData("nonsense", "")]
    [InlineData(null, "")]
    public void class_names_are_read_from_metadata(string? text, string names) => Assert.Equal(names, string.Join(',', ClassNames.Parse(text)));
}

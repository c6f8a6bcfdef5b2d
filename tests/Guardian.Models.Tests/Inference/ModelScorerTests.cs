using Guardian.Models.Inference;
using Guardian.Models.Onnx;
using Guardian.Models.Tests.Support;
using Guardian.Models.Training;
using Guardian.Models.Training.Graph;
using Guardian.Shared.Imaging;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Tests.Inference;

public sealed class ModelScorerTests
{
    private const int Size = 64;
    private static readonly AutoencoderShape Shape = AutoencoderShape.Of(new TrainingOptions { InputWidth = Size, InputHeight = Size, LatentSize = 16 }, 1);
    private static readonly Lazy<byte[]> Model = new(Untrained);

    [Theory]
    [InlineData(64, 64)]
    [InlineData(200, 97)]
    [InlineData(33, 41)]
    public void preprocessing_is_a_triangle_filter_computed_alike_for_every_frame_size(int width, int height)
    {
        byte[] rgb = new byte[width * height * 3];
        new Random(1).NextBytes(rgb);
        using InferenceSession session = OnnxSessions.Open(PreprocessingGraph.Build(Size, Size), 1, spin: false);
        using var run = new RunOptions();
        using OrtValue image = OrtValue.CreateTensorValueFromMemory(rgb, [height, width, 3]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [PreprocessingGraph.Image], [image], [PreprocessingGraph.Pixels]);
        ReadOnlySpan<float> actual = outputs[0].GetTensorDataAsSpan<float>();
        double[][] rows = Filter(height), columns = Filter(width);
        for (int check = 0; check < 500; check++)
        {
            int channel = check % 3, y = check * 7 % Size, x = check * 13 % Size;
            double expected = 0;
            for (int sy = 0; sy < height; sy++)
            {
                for (int sx = 0; sx < width; sx++)
                {
                    expected += rows[y][sy] * columns[x][sx] * rgb[(((sy * width) + sx) * 3) + channel] / 255;
                }
            }

            Assert.Equal(expected, actual[(channel * Size * Size) + (y * Size) + x], 4);
        }
    }

    [Fact]
    public void a_jpeg_and_its_decoded_pixels_score_the_same()
    {
        using var scorer = new ModelScorer(Model.Value);
        byte[] jpeg = Sample.Jpeg(4, 160, 120);
        RgbImage image = JpegDecoder.Decode(jpeg, JpegLimits.Default);
        Assert.Equal(scorer.Score(jpeg).Score, scorer.Score(image.Pixels, image.Width, image.Height).Score);
    }

    [Fact]
    public void one_scorer_serves_many_threads()
    {
        using var scorer = new ModelScorer(Model.Value);
        byte[][] jpegs = [.. Enumerable.Range(0, 8).Select(i => Sample.Jpeg(i, 100 + (i * 10), 90))];
        double[] alone = [.. jpegs.Select(j => scorer.Score(j).Score)];
        Parallel.For(0, 64, i => Assert.Equal(alone[i % 8], scorer.Score(jpegs[i % 8]).Score));
    }

    [Fact]
    public void only_operators_of_the_default_domain_are_in_the_model()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Model.Value);
        Assert.Equal(8, model.IrVersion);
        OperatorSetIdProto domain = Assert.Single(model.OpsetImport);
        Assert.Equal(("", 18L), (domain.Domain, domain.Version));
        Assert.All(model.Graph.Node, n => Assert.Equal("", n.Domain));
        Assert.Equal(["score", "threshold", "parts", "error_map", "reconstruction"], model.Graph.Output.Select(o => o.Name));
        Assert.Contains(model.MetadataProps, p => p is { Key: "guardian.threshold", Value: "1" });
    }

    [Fact]
    public void what_is_not_a_model_is_refused_in_words()
    {
        Assert.Throws<ModelException>(() => new ModelScorer(new byte[] { 1, 2, 3 }));
        ModelException other = Assert.Throws<ModelException>(() => new ModelScorer(PreprocessingGraph.Build(Size, Size)));
        Assert.Contains("lacks score", other.Message, StringComparison.Ordinal);
        ModelException large = Assert.Throws<ModelException>(() => new ModelScorer(Model.Value, new ModelScorerOptions { MaxModelBytes = 1024 }));
        Assert.Contains("MaxModelBytes is 1024", large.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ModelScorer(Model.Value, new ModelScorerOptions { Threads = 0 }));
    }

    [Fact]
    public void a_frame_that_is_not_one_is_refused_in_words()
    {
        using var scorer = new ModelScorer(Model.Value);
        Assert.Throws<ModelException>(() => scorer.Score(new byte[] { 0xFF, 0xD8, 1, 2 }));
        Assert.Throws<ArgumentException>(() => scorer.Score(new byte[10], 2, 2));
        Assert.Throws<ArgumentException>(() => scorer.Score(new byte[3], 1, 0));
        Assert.Throws<ArgumentException>(() => scorer.Score(new byte[3], 8193, 1));
    }

    private static double[][] Filter(int source)
    {
        double scale = (double)source / Size, support = Math.Max(scale, 1);
        return [.. Enumerable.Range(0, Size).Select(target =>
        {
            double[] weights = [.. Enumerable.Range(0, source).Select(s => Math.Max(0, 1 - (Math.Abs(s + 0.5 - ((target + 0.5) * scale)) / support)))];
            double sum = weights.Sum();
            return weights.Select(w => w / sum).ToArray();
        })];
    }

    private static byte[] Untrained()
    {
        float[] mean = new float[Shape.PixelsPerImage], ones = new float[Shape.Places];
        Array.Fill(mean, 0.5f);
        Array.Fill(ones, 0.1f);
        NormalityModel normality = Normality.Of(Frames.Random(24, Size, Size, 1), Size, Size).Model;
        var norm = new ReconstructionNorm(new MapNorm(ones, ones), new ScoreScale(0, 3.5f));
        return InferenceGraph.Build(Shape, new Background(mean, 2), ParameterLayout.Draw(Shape, 1), [.. normality.Conditions.Select(_ => norm)], normality);
    }
}

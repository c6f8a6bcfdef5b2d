using FsCheck;
using FsCheck.Fluent;

namespace Guardian.Analysis.Tests.Detection;

public sealed class ErrorMapDetectorTests
{
    private static Task<IReadOnlyList<DetectedObject>> DetectAsync(AnomalyMap? map, int width = 224, int height = 224, AnalysisOptions? options = null) =>
        new ErrorMapDetector(options).DetectAsync(Sample.Frame(map, width, height), CancellationToken.None);

    [Fact(Timeout = 10_000)]
    public async Task a_region_is_boxed_around_its_cells()
    {
        float[,] cells = Sample.Cells(56, 56);
        Sample.Fill(cells, 10, 20, 19, 24, 10);
        DetectedObject box = Assert.Single(await DetectAsync(new AnomalyMap(8, 5, cells)));
        Assert.Equal("region", box.Label);

        // Cells of 4 pixels: 20 to 24 reach from 80 to 100, 10 to 19 from 40 to 80.
        Assert.Equal((80, 40, 20, 40), (box.X, box.Y, box.Width, box.Height));
    }

    [Fact(Timeout = 10_000)]
    public async Task boxes_scale_with_the_frame()
    {
        float[,] cells = Sample.Cells(56, 56);
        Sample.Fill(cells, 10, 20, 19, 24, 10);
        DetectedObject box = Assert.Single(await DetectAsync(new AnomalyMap(8, 5, cells), 2240, 448));
        Assert.Equal((800, 80, 200, 80), (Math.Round(box.X, 6), Math.Round(box.Y, 6), Math.Round(box.Width, 6), Math.Round(box.Height, 6)));
    }

    [Fact(Timeout = 10_000)]
    public async Task regions_at_the_border_reach_the_frames_edge()
    {
        DetectedObject box = Assert.Single(await DetectAsync(new AnomalyMap(8, 5, Sample.Cells(56, 56, 9)), 640, 480));
        Assert.Equal((0, 0, 640, 480), (box.X, box.Y, box.Width, box.Height));
    }

    [Theory(Timeout = 10_000)]
    [InlineData(5, 0.5)]
    [InlineData(10, 0.75)]
    [InlineData(15, 0.875)]
    public async Task confidence_is_one_half_at_the_threshold_and_grows_with_the_peak(float peak, double confidence)
    {
        float[,] cells = Sample.Cells(56, 56);
        Sample.Fill(cells, 10, 10, 20, 20, peak);
        Assert.Equal(confidence, Assert.Single(await DetectAsync(new AnomalyMap(8, 5, cells))).Confidence, 1e-9);
    }

    [Fact(Timeout = 10_000)]
    public async Task an_anomalous_frame_in_which_nothing_stands_out_is_boxed_where_it_is_strangest()
    {
        float[,] cells = Sample.Cells(56, 56, 1);
        Sample.Fill(cells, 10, 10, 13, 17, 4);
        DetectedObject box = Assert.Single(await DetectAsync(new AnomalyMap(6, 5, cells)));
        Assert.Equal((40, 40, 32, 16), (box.X, box.Y, box.Width, box.Height));
        Assert.Empty(await DetectAsync(new AnomalyMap(6, 5, Sample.Cells(56, 56, -1))));
    }

    [Fact(Timeout = 10_000)]
    public async Task the_level_follows_the_option()
    {
        float[,] cells = Sample.Cells(56, 56);
        Sample.Fill(cells, 10, 10, 20, 20, 4);
        var map = new AnomalyMap(4, 5, cells);
        Assert.Empty(await DetectAsync(map));
        Assert.Single(await DetectAsync(map, options: new AnalysisOptions { RegionLevel = 0.75 }));
    }

    [Fact(Timeout = 10_000)]
    public async Task without_a_map_nothing_is_found() => Assert.Empty(await DetectAsync(null));

    [Fact]
    public void any_map_gives_boxes_inside_the_frame_and_confidences_from_0_to_1() => Prop.ForAll(
        ArbMap.Default.ArbFor<float[]>().Filter(v => v is { Length: > 0 }),
        ArbMap.Default.ArbFor<PositiveInt>(),
        (values, columns) =>
        {
            int width = Math.Min(columns.Get, values.Length), height = values.Length / width;
            float[,] cells = new float[height, width];
            for (int i = 0; i < width * height; i++)
            {
                cells[i / width, i % width] = values[i];
            }

            IReadOnlyList<DetectedObject> found = new ErrorMapDetector().DetectAsync(Sample.Frame(new AnomalyMap(3, 2, cells), 100, 70), CancellationToken.None).GetAwaiter().GetResult();
            return found.All(o => o.Confidence is >= 0 and <= 1 && o.X >= 0 && o.Y >= 0 && o.X + o.Width <= 100 + 1e-9 && o.Y + o.Height <= 70 + 1e-9 && o is { Width: > 0, Height: > 0 });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void a_map_of_a_broken_model_is_refused_by_name()
    {
        float[,] cells = Sample.Cells(2, 2);
        Assert.Contains("score", Assert.Throws<AnalysisException>(() => new AnomalyMap(double.NaN, 5, cells)).Message, StringComparison.Ordinal);
        Assert.Contains("threshold", Assert.Throws<AnalysisException>(() => new AnomalyMap(1, 0, cells)).Message, StringComparison.Ordinal);
        Assert.Contains("512", Assert.Throws<AnalysisException>(() => new AnomalyMap(1, 1, new float[1, 513])).Message, StringComparison.Ordinal);
        Assert.Throws<AnalysisException>(() => new AnomalyMap(1, 1, new float[0, 4]));
    }
}

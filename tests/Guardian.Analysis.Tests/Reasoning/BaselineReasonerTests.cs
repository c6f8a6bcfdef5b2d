namespace Guardian.Analysis.Tests.Reasoning;

public sealed class BaselineReasonerTests
{
    private static readonly DetectedObject Car = Sample.Box("car", 0, 0, 80, 80);

    private static AnomalyAssessment Assess(AnalysisContext context) => new BaselineReasoner().Assess(context);

    private static async Task<AnomalyAssessment> AssessAsync(CameraBaseline? baseline, params AnomalyMap?[] maps) =>
        Assess(Sample.Context(baseline, await Task.WhenAll(maps.Select(m => Sample.FindingAsync(m)))));

    [Fact(Timeout = 10_000)]
    public async Task calm_frames_are_none()
    {
        AnomalyAssessment result = await AssessAsync(Sample.EmptyScene(), Sample.Calm(), Sample.Calm(0.3));
        Assert.Equal(AnomalyType.None, result.AnomalyType);
        Assert.Equal(0.75, result.Confidence, 1e-9);
        Assert.Contains("0.5 times the threshold of 5.0", result.Explanation, StringComparison.Ordinal);
        Assert.Contains("The edge saw more: 1.8 times", result.Explanation, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task a_region_in_a_scene_that_never_has_one_is_a_new_object()
    {
        AnomalyAssessment result = await AssessAsync(Sample.EmptyScene(), Sample.Person(), Sample.Person(), Sample.Person());
        Assert.Equal(AnomalyType.NewObject, result.AnomalyType);
        Assert.InRange(result.Confidence, 0.5, 1);
        Assert.Contains("2.0 times the threshold of 5.0, and 3 of 3 frames are above it", result.Explanation, StringComparison.Ordinal);
        Assert.Contains("in 0 of 240 normal frames", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void a_label_that_the_camera_does_not_know_is_a_new_object_even_without_a_model()
    {
        AnomalyAssessment result = Assess(Sample.Context(Sample.Baseline(10, _ => true, Car), Sample.Finding(Car, Sample.Box("person", 10, 10))));
        Assert.Equal(AnomalyType.NewObject, result.AnomalyType);
        Assert.Contains("'person' was there in 0 of 240", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void a_known_label_where_nothing_ever_is_is_an_unusual_place() =>
        Assert.Equal(AnomalyType.UnusualPlace, Assess(Sample.Context(Sample.Baseline(10, _ => true, Car), Sample.Finding(Car with { X = 400, Y = 300 }))).AnomalyType);

    [Fact(Timeout = 10_000)]
    public async Task a_region_where_there_are_none_is_an_unusual_place_when_the_camera_knows_regions()
    {
        CameraBaseline street = Sample.Baseline(10, _ => true, Sample.Box("region", 500, 0));
        Assert.Equal(AnomalyType.UnusualPlace, (await AssessAsync(street, Sample.Person())).AnomalyType);
    }

    [Fact]
    public void a_known_label_in_a_quiet_hour_is_an_unusual_time()
    {
        CameraBaseline evenings = Sample.Baseline(20, h => h >= 14, Car);
        AnomalyAssessment noon = Assess(Sample.Context(evenings, Sample.Finding(Car)));
        Assert.Equal(AnomalyType.UnusualTime, noon.AnomalyType);
        Assert.Contains("12:00 to 12:59", noon.Explanation, StringComparison.Ordinal);
        Assert.Equal(AnomalyType.None, Assess(Sample.Context(evenings, Sample.Finding(Car)) with { LocalHour = 18 }).AnomalyType);
    }

    [Fact]
    public void more_objects_than_ever_are_an_unusual_count()
    {
        DetectedObject[] crowd = [.. Enumerable.Repeat(Car, 5)];
        CameraBaseline one = Sample.Baseline(10, _ => true, Car);
        Assert.Equal(AnomalyType.UnusualCount, Assess(Sample.Context(one, Sample.Finding(crowd))).AnomalyType);
        Assert.Equal(AnomalyType.None, Assess(Sample.Context(one, Sample.Finding(crowd[..2]))).AnomalyType);
    }

    [Fact(Timeout = 10_000)]
    public async Task a_picture_that_deviates_all_over_is_a_scene_change()
    {
        AnomalyAssessment result = await AssessAsync(Sample.EmptyScene(), new AnomalyMap(12, 5, Sample.Cells(53, 53, 9)));
        Assert.Equal(AnomalyType.SceneChange, result.AnomalyType);
        Assert.Contains("100 % of the picture", result.Explanation, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task frames_with_nothing_to_see_are_an_obscured_camera_unless_the_model_knows_them()
    {
        FrameFinding covered = await Sample.FindingAsync(new AnomalyMap(12, 5, Sample.Cells(53, 53, 9)), Sample.Blind);
        FrameFinding night = await Sample.FindingAsync(Sample.Calm(), Sample.Blind);
        FrameFinding unknown = await Sample.FindingAsync(null, Sample.Blind);
        FrameFinding clear = await Sample.FindingAsync(Sample.Calm());
        Assert.Equal(AnomalyType.CameraObscured, Assess(Sample.Context(null, covered)).AnomalyType);
        Assert.Equal(AnomalyType.CameraObscured, Assess(Sample.Context(null, clear, covered)).AnomalyType);
        Assert.Equal(AnomalyType.CameraObscured, Assess(Sample.Context(null, unknown)).AnomalyType);
        Assert.Equal(AnomalyType.None, Assess(Sample.Context(null, night)).AnomalyType);
        Assert.NotEqual(AnomalyType.CameraObscured, Assess(Sample.Context(null, clear, clear, covered)).AnomalyType);
    }

    [Fact(Timeout = 10_000)]
    public async Task without_a_baseline_an_anomaly_is_unclassified()
    {
        AnomalyAssessment result = await AssessAsync(null, Sample.Person());
        Assert.Equal(AnomalyType.Unclassified, result.AnomalyType);
        Assert.Contains("0 frames of the 20", result.Explanation, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public async Task an_anomaly_that_the_baseline_explains_stays_unclassified_not_none()
    {
        CameraBaseline everywhere = Sample.Baseline(10, _ => true, Sample.Box("region", 0, 0, 640, 480));
        Assert.Equal(AnomalyType.Unclassified, (await AssessAsync(everywhere, Sample.Person())).AnomalyType);
    }

    [Fact(Timeout = 10_000)]
    public async Task without_a_model_the_edges_word_decides_between_unclassified_and_none()
    {
        AnalysisContext strong = Sample.Context(Sample.EmptyScene(), await Sample.FindingAsync(null));
        AnomalyAssessment result = Assess(strong with { Request = Sample.Request() with { EdgeDetections = [Sample.Box("person", 0, 0)] } });
        Assert.Equal(AnomalyType.Unclassified, result.AnomalyType);
        Assert.Contains("1.8 times its threshold of 5.0. It names person.", result.Explanation, StringComparison.Ordinal);
        Assert.Equal(AnomalyType.None, Assess(strong with { Request = Sample.Request() with { EdgeScore = 2 } }).AnomalyType);
        Assert.Equal(AnomalyType.Unclassified, Assess(strong with { Request = Sample.Request() with { EdgeThreshold = 0 } }).AnomalyType);
        Assert.Equal(AnomalyType.Unclassified, Assess(strong with { Request = Sample.Request() with { EdgeThreshold = 0, EdgeConfidence = 0 } }).AnomalyType);
    }

    [Fact(Timeout = 10_000)]
    public async Task a_labelled_object_in_a_calm_frame_is_judged_though_another_frame_scored_higher()
    {
        FrameFinding calm = await Sample.FindingAsync(Sample.Calm(0.9));
        FrameFinding person = (await Sample.FindingAsync(Sample.Calm(0.5))) with { Objects = [Sample.Box("person", 10, 10)] };
        AnalysisContext context = Sample.Context(Sample.EmptyScene(), calm, person);
        Assert.Same(person, context.Strongest);
        Assert.Equal(0.9, context.Strength!.Value, 1e-9);
        Assert.Equal(AnomalyType.NewObject, Assess(context).AnomalyType);
    }

    [Fact]
    public void names_are_stable() => Assert.Equal(
        ["none", "new_object", "unusual_place", "unusual_time", "unusual_count", "scene_change", "camera_obscured", "unclassified"],
        Enum.GetValues<AnomalyType>().Select(t => t.ToStableName()));
}

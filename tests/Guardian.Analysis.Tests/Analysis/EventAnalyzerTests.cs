using Guardian.Testing;

namespace Guardian.Analysis.Tests.Analysis;

public sealed class EventAnalyzerTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private SqliteBaselineStore _baselines = null!;

    public Task InitializeAsync()
    {
        _baselines = new SqliteBaselineStore(_folder.File("baseline.db"));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _baselines.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    private async Task<AnalysisResult> AnalyzeAsync(IAnomalyMapSource maps, AnalysisRequest request, AnalysisOptions? options = null)
    {
        using var analyzer = new EventAnalyzer(maps, new ErrorMapDetector(), _baselines, new BaselineReasoner(), new FactorRiskScorer(), options);
        return await analyzer.AnalyzeAsync(request, CancellationToken.None);
    }

    private static AnalysisRequest Event(params byte[][] jpegs) => Sample.Request() with { Frames = [.. jpegs.Select((j, i) => new FrameInput(j, Sample.Noon.AddSeconds(i)))] };

    private async Task LearnAsync(int frames = 30)
    {
        for (int i = 0; i < frames; i++)
        {
            await _baselines.ObserveAsync(
                "garden",
                new BaselineObservation { SourceId = $"{i}", CapturedAt = Sample.Noon.AddHours(i), Objects = [], Width = Sample.Width, Height = Sample.Height },
                CancellationToken.None);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task a_person_in_the_garden_raises_the_alarm()
    {
        await LearnAsync();
        byte[] jpeg = Sample.Jpeg();
        AnalysisResult result = await AnalyzeAsync(new Maps(() => Sample.Person(1.5), () => Sample.Person(), () => Sample.Person(1.7)), Event(jpeg, jpeg, jpeg));
        Assert.Equal(AnomalyType.NewObject, result.Assessment.AnomalyType);
        Assert.True(result.Risk.Level >= RiskLevel.Medium);
        Assert.Equal((10d, 5d, 3), (result.Score!.Value, result.Threshold!.Value, result.FramesAnalysed));
        Assert.Equal("region", Assert.Single(result.Objects).Label);
        Assert.Empty(result.Problems);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_calm_garden_does_not()
    {
        await LearnAsync();
        AnalysisResult result = await AnalyzeAsync(new Maps(() => Sample.Calm()), Event(Sample.Jpeg()));
        Assert.Equal(AnomalyType.None, result.Assessment.AnomalyType);
        Assert.True(result.Risk.Level <= RiskLevel.Low);
        Assert.Empty(result.Objects);
        Assert.Empty(result.Problems);
    }

    [Fact(Timeout = 60_000)]
    public async Task without_a_model_a_strong_edge_is_believed_and_the_problem_named()
    {
        AnalysisResult result = await AnalyzeAsync(new Maps(() => null), Event(Sample.Jpeg(), Sample.Jpeg()) with { EdgeScore = 12 });
        Assert.Equal(AnomalyType.Unclassified, result.Assessment.AnomalyType);
        Assert.True(result.Risk.Level >= RiskLevel.Medium);
        Assert.Null(result.Score);
        Assert.Equal(2, result.FramesAnalysed);
        Assert.Equal(["model: the camera has none", "baseline: 0 normal frames observed, 20 are needed to say what is usual"], result.Problems);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_event_without_frames_is_judged_by_the_edge_alone()
    {
        var maps = new Maps(() => Sample.Calm());
        AnalysisResult result = await AnalyzeAsync(maps, Event() with { EdgeScore = 12 });
        Assert.Equal(AnomalyType.Unclassified, result.Assessment.AnomalyType);
        Assert.True(result.Risk.Level >= RiskLevel.Medium);
        Assert.Equal((0, 0), (result.FramesAnalysed, maps.Calls));
        Assert.Contains("frames: the event has none", result.Problems);
    }

    [Fact(Timeout = 60_000)]
    public async Task unreadable_frames_are_named_and_the_others_still_judged()
    {
        await LearnAsync();
        byte[] jpeg = Sample.Jpeg();
        AnalysisResult result = await AnalyzeAsync(new Maps(() => Sample.Person()), Event([1, 2, 3], jpeg, jpeg[..500]));
        Assert.Equal(AnomalyType.NewObject, result.Assessment.AnomalyType);
        Assert.Equal(1, result.FramesAnalysed);
        Assert.Equal(2, result.Problems.Count);
        Assert.StartsWith("frame 1: jpeg: ", result.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith("frame 3: jpeg: ", result.Problems[1], StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task an_event_of_nothing_but_unreadable_frames_is_not_an_all_clear()
    {
        AnalysisResult result = await AnalyzeAsync(new Maps(() => Sample.Calm()), Event([1, 2, 3]) with { EdgeThreshold = 0, EdgeConfidence = 0 });
        Assert.Equal(AnomalyType.Unclassified, result.Assessment.AnomalyType);
        Assert.Equal(RiskLevel.Low, result.Risk.Level);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_model_that_gives_nonsense_is_a_problem_and_not_a_failure()
    {
        AnalysisResult result = await AnalyzeAsync(new Maps(() => new AnomalyMap(double.NaN, 5, Sample.Cells(2, 2)), () => Sample.Person()), Event(Sample.Jpeg(), Sample.Jpeg()));
        Assert.Equal(2, result.FramesAnalysed);
        Assert.Equal(10, result.Score);
        Assert.Contains(result.Problems, p => p.StartsWith("frame 1 was not scored: score", StringComparison.Ordinal));
        Assert.DoesNotContain("model: the camera has none", result.Problems);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_model_store_that_fails_for_a_moment_ends_the_analysis_so_that_it_is_tried_again()
    {
        var maps = new Maps(() => throw new AnalysisException("the store is away", isTransient: true));
        Assert.True((await Assert.ThrowsAsync<AnalysisException>(() => AnalyzeAsync(maps, Event(Sample.Jpeg())))).IsTransient);
    }

    [Fact(Timeout = 60_000)]
    public async Task a_covered_lens_is_noticed_in_the_pixels()
    {
        AnalysisResult result = await AnalyzeAsync(new Maps(() => new AnomalyMap(20, 5, Sample.Cells(53, 53, 15))), Event(Sample.BlackJpeg(), Sample.BlackJpeg()));
        Assert.Equal(AnomalyType.CameraObscured, result.Assessment.AnomalyType);
        Assert.True(result.Risk.Level >= RiskLevel.High);
    }

    [Fact(Timeout = 60_000)]
    public async Task analysing_an_event_does_not_make_it_normal()
    {
        await AnalyzeAsync(new Maps(() => Sample.Person()), Event(Sample.Jpeg()));
        Assert.Equal(0, (await _baselines.GetAsync("garden", CancellationToken.None)).FramesObserved);
    }

    [Fact(Timeout = 60_000)]
    public async Task fields_outside_their_bounds_are_named()
    {
        async Task Refused(string field, AnalysisRequest request) =>
            Assert.StartsWith(field, (await Assert.ThrowsAnyAsync<ArgumentException>(() => AnalyzeAsync(new Maps(() => null), request, new AnalysisOptions { MaxFrames = 2 }))).Message, StringComparison.Ordinal);

        await Refused("cameraId", Event() with { CameraId = "" });
        await Refused("EventType", Event() with { EventType = new string('x', 65) });
        await Refused("Frames: at most 2", Event([], [], []));
        await Refused("EdgeConfidence", Event() with { EdgeConfidence = double.NaN });
        await Refused("EdgeScore", Event() with { EdgeScore = double.PositiveInfinity });
        await Refused("EdgeThreshold", Event() with { EdgeThreshold = double.NaN });
        await Refused("EdgeDetections", Event() with { EdgeDetections = [Sample.Box("x", double.NegativeInfinity, 0)] });
    }

    [Fact(Timeout = 60_000)]
    public async Task many_events_at_once_all_get_their_result()
    {
        using var analyzer = new EventAnalyzer(
            new Maps(() => Sample.Person()), new ErrorMapDetector(), _baselines, new BaselineReasoner(), new FactorRiskScorer(), new AnalysisOptions { MaxConcurrentAnalyses = 2 });
        AnalysisResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => Task.Run(() => analyzer.AnalyzeAsync(Event(Sample.Jpeg()), CancellationToken.None))));
        Assert.All(results, r => Assert.Equal(10, r.Score));
    }
}

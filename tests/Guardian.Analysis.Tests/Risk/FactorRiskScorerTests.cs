using FsCheck;
using FsCheck.Fluent;

namespace Guardian.Analysis.Tests.Risk;

public sealed class FactorRiskScorerTests
{
    private static readonly DetectedObject Car = Sample.Box("car", 0, 0, 80, 80);

    private static RiskScore Score(AnalysisContext context) => new FactorRiskScorer().Score(context, new BaselineReasoner().Assess(context));

    private static async Task<AnalysisContext> ContextAsync(CameraBaseline? baseline, params AnomalyMap?[] maps) =>
        Sample.Context(baseline, await Task.WhenAll(maps.Select(m => Sample.FindingAsync(m))));

    private static double Points(AnalysisContext context, string factor) => Score(context).Factors.Single(f => f.Name == factor).Points;

    private static bool Has(AnalysisContext context, string factor) => Score(context).Factors.Any(f => f.Name == factor);

    [Fact(Timeout = 10_000)]
    public async Task a_lasting_person_at_a_new_place_is_at_least_medium_with_and_without_baseline()
    {
        AnomalyMap person = Sample.Person();
        foreach (CameraBaseline? baseline in new[] { Sample.EmptyScene(), Sample.EmptyScene(1), null })
        {
            Assert.True(Score(await ContextAsync(baseline, person, person, person)).Level >= RiskLevel.Medium);
        }

        Assert.Equal(RiskLevel.High, Score(await ContextAsync(Sample.EmptyScene(), person, person, person)).Level);
    }

    [Fact(Timeout = 10_000)]
    public async Task frames_below_the_threshold_without_regions_are_none_or_low_whatever_the_edge_says()
    {
        foreach (double strength in new[] { 0, 0.2, 0.5, 0.99 })
        {
            AnalysisContext context = await ContextAsync(Sample.EmptyScene(), Sample.Calm(strength));
            Assert.True(Score(context).Level <= RiskLevel.Low);
            Assert.True(Score(context with { Request = Sample.Request() with { EdgeScore = 1e9 } }).Level <= RiskLevel.Low);
            Assert.Equal(RiskLevel.None, Score(context with { Request = Sample.Request() with { EdgeScore = 1 } }).Level);
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task strength_follows_its_formula()
    {
        Assert.Equal(30, Points(await ContextAsync(null, Sample.Person()), "anomaly_strength"), 1e-9);
        Assert.Equal(37.5, Points(await ContextAsync(null, Sample.Person(3)), "anomaly_strength"), 1e-9);
        Assert.Equal(-10, Points(await ContextAsync(null, Sample.Calm()), "anomaly_strength"), 1e-9);
    }

    [Fact(Timeout = 10_000)]
    public async Task a_larger_region_weighs_more_up_to_a_tenth_of_the_picture()
    {
        double Extent(int side)
        {
            float[,] cells = Sample.Cells(50, 50);
            Sample.Fill(cells, 0, 0, side - 1, side - 1, 12);
            AnalysisContext context = Sample.Context(null, Sample.Finding() with { Map = new AnomalyMap(10, 5, cells) });
            return Points(context, "extent");
        }

        Assert.Equal(1, Extent(5), 1e-9);
        Assert.Equal(4, Extent(10), 1e-9);
        Assert.Equal(10, Extent(30), 1e-9);
        Assert.False(Has(await ContextAsync(null, Sample.Calm()), "extent"));
    }

    [Fact(Timeout = 10_000)]
    public async Task a_new_place_adds_an_unknown_one_adds_little_and_a_usual_one_calms()
    {
        AnomalyMap person = Sample.Person();
        double fresh = Points(await ContextAsync(Sample.EmptyScene(), person), "place_novelty");
        double unknown = Points(await ContextAsync(null, person), "place_novelty");
        double usual = Points(await ContextAsync(Sample.Baseline(10, _ => true, Sample.Box("region", 0, 0, 640, 480)), person), "place_novelty");
        Assert.Equal(20 * (1 - (0.5 / 241 / 0.1)), fresh, 1e-9);
        Assert.Equal(5, unknown);
        Assert.Equal(-10, usual);
    }

    [Fact]
    public void quiet_hours_add_and_busy_hours_calm()
    {
        CameraBaseline evenings = Sample.Baseline(20, h => h >= 14, Car);
        AnalysisContext context = Sample.Context(evenings, Sample.Finding(Sample.Box("person", 10, 10)));
        Assert.InRange(Points(context, "time_of_day"), 5, 10);
        Assert.InRange(Points(context with { LocalHour = 20 }, "time_of_day"), -5, -0.1);
        Assert.False(Has(Sample.Context(null, Sample.Finding(Car)), "time_of_day"));
    }

    [Fact(Timeout = 10_000)]
    public async Task what_lasts_adds_and_what_passes_calms()
    {
        AnomalyMap person = Sample.Person(), calm = Sample.Calm();
        Assert.Equal(10, Points(await ContextAsync(null, person, person, person), "persistence"), 1e-9);
        Assert.Equal(-10.0 / 3, Points(await ContextAsync(null, calm, person, calm), "persistence"), 1e-9);
        Assert.False(Has(await ContextAsync(null, person), "persistence"));
    }

    [Fact(Timeout = 10_000)]
    public async Task the_edges_agreement_adds_and_its_disagreement_changes_the_score_in_its_direction()
    {
        AnalysisContext above = await ContextAsync(null, Sample.Person()), below = await ContextAsync(null, Sample.Calm());
        AnalysisRequest quiet = Sample.Request() with { EdgeScore = 2 };
        Assert.Equal(5, Points(above, "edge_agreement"));
        Assert.Equal(-5, Points(above with { Request = quiet }, "edge_agreement"));
        Assert.Equal(20 * (1 - Math.Pow(2, -0.8)), Points(below, "edge_agreement"), 1e-9);
        Assert.False(Has(below with { Request = quiet }, "edge_agreement"));
        Assert.False(Has(above with { Request = Sample.Request() with { EdgeThreshold = 0 } }, "edge_agreement"));
        DetectedObject seen = above.Strongest!.Objects[0] with { Label = "person" };
        Assert.Equal(5, Points(above with { Request = Sample.Request() with { EdgeDetections = [seen] } }, "edge_detections"));
        Assert.False(Has(above with { Request = Sample.Request() with { EdgeDetections = [seen with { X = 0, Y = 0, Width = 5 }] } }, "edge_detections"));
    }

    [Fact(Timeout = 10_000)]
    public async Task without_a_model_the_edge_alone_can_raise_an_alert_and_nothing_at_all_is_low()
    {
        AnalysisContext context = await ContextAsync(null, (AnomalyMap?)null);
        Assert.Equal(RiskLevel.Medium, Score(context with { Request = Sample.Request() with { EdgeScore = 10 } }).Level);
        Assert.Equal(RiskLevel.None, Score(context with { Request = Sample.Request() with { EdgeScore = 2 } }).Level);
        Assert.Equal(36, Points(context with { Request = Sample.Request() with { EdgeThreshold = 0, EdgeConfidence = 0.9 } }, "edge_confidence"), 1e-9);
        RiskScore nothing = Score(context with { Request = Sample.Request() with { EdgeThreshold = 0, EdgeConfidence = 0 } });
        Assert.Equal((RiskLevel.Low, "unverified"), (nothing.Level, Assert.Single(nothing.Factors).Name));
    }

    [Fact(Timeout = 10_000)]
    public async Task an_obscured_camera_is_high()
    {
        FrameFinding covered = await Sample.FindingAsync(new AnomalyMap(12, 5, Sample.Cells(53, 53, 9)), Sample.Blind);
        AnalysisContext context = Sample.Context(Sample.EmptyScene(), covered, covered);
        Assert.Equal(40, Points(context, "camera_obscured"));
        Assert.True(Score(context).Level >= RiskLevel.High);
    }

    [Fact]
    public void an_unknown_label_weighs_more_than_a_usual_one()
    {
        CameraBaseline cars = Sample.Baseline(10, _ => true, Car);
        double person = Points(Sample.Context(cars, Sample.Finding(Sample.Box("person", 0, 0, 80, 80))), "detected_object");
        double car = Points(Sample.Context(cars, Sample.Finding(Car)), "detected_object");
        double unknown = Points(Sample.Context(null, Sample.Finding(Car)), "detected_object");
        Assert.Equal(0.9 * 5, car, 1e-9);
        Assert.Equal(0.9 * 10, unknown, 1e-9);
        Assert.InRange(person, 0.9 * 19, 0.9 * 20);
    }

    [Fact(Timeout = 10_000)]
    public async Task factors_come_strongest_first()
    {
        double[] amounts = [.. Score(await ContextAsync(Sample.EmptyScene(), Sample.Person(), Sample.Calm())).Factors.Select(f => Math.Abs(f.Points))];
        Assert.Equal(amounts.OrderDescending(), amounts);
        Assert.True(amounts.Length >= 5);
    }

    [Fact]
    public void whatever_comes_the_score_stays_from_0_to_100_and_is_the_sum_of_its_factors() => Prop.ForAll(
        ArbMap.Default.ArbFor<NormalFloat[]>(), ArbMap.Default.ArbFor<NormalFloat[]>(), ArbMap.Default.ArbFor<byte[]>(), (scores, edge, more) =>
        {
            int Pick(int i, int of) => more.Length == 0 ? 0 : more[i % more.Length] % of;
            DetectedObject Object(int i) => new(Pick(i, 2) == 0 ? "region" : "person", Pick(i, 11) / 10.0, Pick(i + 1, 250) * 3, Pick(i + 2, 250) * 3, Pick(i + 3, 250), Pick(i + 4, 250));
            FrameFinding[] frames = [.. scores.Select((s, i) => Sample.Finding([.. Enumerable.Range(0, Pick(i, 5)).Select(Object)]) with
            {
                Map = Pick(i + 5, 3) == 0 ? null : new AnomalyMap(s.Get, 1 + Math.Abs(s.Get * Pick(i, 3)), Sample.Cells(4, 4, (float)s.Get)),
                Quality = Pick(i + 6, 4) == 0 ? Sample.Blind : Sample.Clear,
            })];
            CameraBaseline baseline = Pick(7, 3) switch { 0 => CameraBaseline.Empty("a"), 1 => Sample.EmptyScene(), _ => Sample.Baseline(7, h => h > 12, Object(1), Object(2)) };
            AnalysisContext context = Sample.Context(baseline, frames) with
            {
                LocalHour = Pick(8, 24),
                Request = Sample.Request() with { EdgeScore = edge.FirstOrDefault()?.Get ?? 0, EdgeThreshold = edge.LastOrDefault()?.Get ?? 0, EdgeConfidence = Pick(9, 11) / 10.0 },
            };
            AnomalyAssessment assessment = new BaselineReasoner().Assess(context);
            RiskScore score = new FactorRiskScorer().Score(context, assessment);
            return score.Value is >= 0 and <= 100 && assessment.Confidence is >= 0 and <= 1 && assessment.Explanation.Length is > 0 and < 1000
                && Math.Abs(Math.Clamp(score.Factors.Sum(f => f.Points), 0, 100) - score.Value) < 1e-9
                && score.Factors.All(f => double.IsFinite(f.Points) && f.Text.Length > 0)
                && score.Factors.DistinctBy(f => f.Name).Count() == score.Factors.Count;
        }).QuickCheckThrowOnFailure();
}

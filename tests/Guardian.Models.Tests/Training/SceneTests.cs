using Guardian.Models.Tests.Support;
using Guardian.SceneSets;
using Guardian.Testing;
using Xunit.Abstractions;

namespace Guardian.Models.Tests.Training;

/// <summary>Does a model do what it is for, on rendered scenes and on a real street: tell what does not belong there from everything that does.</summary>
/// <remarks>bench/Guardian.Bench.Scenes judges all sets at their full size; here are smaller ones, so that the suite stays short.</remarks>
public sealed class SceneTests(ITestOutputHelper output)
{
    private static readonly AnomalyKind[] Things = [AnomalyKind.Person, AnomalyKind.FarPerson, AnomalyKind.Animal, AnomalyKind.LeftObject, AnomalyKind.RemovedObject, AnomalyKind.Vehicle];

    private static readonly TrainingOptions Short = new() { Epochs = 8 };

    [Fact(Timeout = 600_000)]
    public async Task in_a_yard_by_day_everything_odd_is_told_from_sun_shadow_and_leaves()
    {
        Verdicts verdicts = await JudgeAsync(Scenes.Yard(seed: 41, size: 120));
        Assert.True(verdicts.Auroc >= 0.98);
        Assert.All(verdicts.ByKind.Values, a => Assert.True(a >= 0.9));
        Assert.True(verdicts.Recall >= 0.9);
        Assert.True(verdicts.FalseAlarms <= 2, "more than 2 of 160 normal frames alarm");
    }

    [Fact(Timeout = 600_000)]
    public async Task a_hall_that_was_never_seen_while_the_settings_were_chosen_is_judged_as_well()
    {
        Verdicts verdicts = await JudgeAsync(Scenes.Hall(seed: 97, size: 120));
        Assert.True(verdicts.Auroc >= 0.98);
        Assert.All(verdicts.ByKind.Values, a => Assert.True(a >= 0.9));
        Assert.True(verdicts.Recall >= 0.9);
        Assert.True(verdicts.FalseAlarms <= 2, "more than 2 of 160 normal frames alarm");
    }

    [RequiresFact("ffmpeg", StreetVideo.Path, Timeout = 600_000)]
    public async Task on_a_real_street_bags_animals_and_camera_faults_are_told_from_the_pedestrians()
    {
        using var folder = new TemporaryFolder();
        Verdicts verdicts = await JudgeAsync(StreetVideo.Pedestrians(folder.Path));
        Assert.True(verdicts.Auroc >= 0.95);
        Assert.All(verdicts.ByKind.Values, a => Assert.True(a >= 0.85));

        // In 80 seconds people come to places where nobody was before.
        Assert.True(verdicts.FalseAlarms <= verdicts.NormalFrames * 0.08, "more than 8 % of normal frames alarm");
    }

    private static double Share(ModelScore score) => score.ErrorMap.Cast<float>().Average(v => v > score.Threshold ? 1.0 : 0);

    /// <summary>Also: where a thing is must be told from where it is not.</summary>
    private async Task<Verdicts> JudgeAsync(SceneSet set)
    {
        var request = new TrainingRequest { CameraId = set.Name, Images = Sample.Images(set.Training), Options = Short };
        TrainedModel model = await new AutoencoderTrainer().TrainAsync(request, null, default);
        using var scorer = new ModelScorer(model.Onnx);
        SceneFrame[] frames = [.. set.Judging];
        ModelScore[] scores = [.. frames.AsParallel().AsOrdered().Select(f => scorer.Score(f.Jpeg))];
        var verdicts = new Verdicts(frames, [.. scores.Select(s => s.Score)], model.Threshold);
        output.WriteLine(FormattableString.Invariant($"{set.Name}: AUROC {verdicts.Auroc:0.000}, recall {verdicts.Recall:0.00}, {verdicts.FalseAlarms} of {verdicts.NormalFrames} normal frames alarm"));
        output.WriteLine(string.Join(", ", verdicts.ByKind.Select(k => FormattableString.Invariant($"{k.Key} {k.Value:0.000} and {verdicts.RecallOf([k.Key]):0.00}"))));
        foreach (AnomalyKind thing in Things.Intersect(verdicts.ByKind.Keys))
        {
            double[] shares = [.. frames.Zip(scores).Where(f => f.First.Kind == thing && f.Second.IsAnomalous).Select(f => Share(f.Second)).Order()];
            Assert.True(shares.Length == 0 || shares[shares.Length / 2] < 0.2, $"{thing}: {shares[^1]:0 %} of the picture is above the limit");
        }

        return verdicts;
    }
}

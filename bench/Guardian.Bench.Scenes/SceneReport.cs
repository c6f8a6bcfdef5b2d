using System.Globalization;
using Guardian.Models;
using Guardian.SceneSets;

namespace Guardian.Bench.Scenes;

/// <summary>Trains a model for each set and says how well it tells the set's events from its normal frames.</summary>
internal sealed class SceneReport(TrainingOptions options)
{
    private readonly List<Verdicts> _all = [];
    private readonly Dictionary<string, List<Verdicts>> _byPart = [];

    public async Task JudgeAsync(SceneSet set)
    {
        var request = new TrainingRequest { CameraId = set.Name, Images = Images(set), Options = options };
        TrainedModel model = await new AutoencoderTrainer().TrainAsync(request, null, CancellationToken.None);
        using var scorer = new ModelScorer(model.Onnx);
        SceneFrame[] frames = [.. set.Judging];
        ModelScore[] scores = [.. frames.AsParallel().AsOrdered().Select(f => scorer.Score(f.Jpeg))];
        var verdicts = new Verdicts(frames, [.. scores.Select(s => s.Score)], model.Threshold);
        _all.Add(verdicts);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{set.Name,-18} AUROC {verdicts.Auroc:0.000}  recall {verdicts.Recall:0.00}  false alarms {verdicts.FalseAlarms} of {verdicts.NormalFrames}  trained {model.Metrics.Seconds:0} s, {model.Architecture}"));
        Console.WriteLine("    " + string.Join("  ", verdicts.ByKind.Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Key} {k.Value:0.00}/{verdicts.RecallOf([k.Key]):0.00}"))));
        Console.WriteLine("    " + string.Join("  ", verdicts.ByCondition.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value:0.00}"))));
        Console.WriteLine($"    of the picture above the limit, when alarmed: {string.Join("  ", Located(frames, scores, model.Threshold))}");
        for (int part = 0; part < ModelScore.PartNames.Count; part++)
        {
            var alone = new Verdicts(frames, [.. scores.Select(s => (double)s.Parts[part])], model.Threshold);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"    {ModelScore.PartNames[part],-14} alone {alone.Auroc:0.000}  recall {alone.Recall:0.00}  false alarms {alone.FalseAlarms}"));
            Remember($"{ModelScore.PartNames[part]} alone", alone);
            Remember($"without {ModelScore.PartNames[part]}", new Verdicts(frames, [.. scores.Select(s => (double)s.Parts.Where((_, i) => i != part).Max())], model.Threshold));
        }
    }

    /// <summary>For each kind the median share of the map above the threshold: a thing is to fill a small part, a fault of the camera a large one.</summary>
    private static IEnumerable<string> Located(SceneFrame[] frames, ModelScore[] scores, double threshold) => frames.Zip(scores)
        .Where(f => f.First.Kind is not null && f.Second.IsAnomalous).GroupBy(f => f.First.Kind!.Value, f => f.Second.ErrorMap.Cast<float>().Average(v => v > threshold ? 1.0 : 0))
        .OrderBy(k => k.Key).Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Key} {k.Order().ElementAt(k.Count() / 2):0.0 %}"));

    public void Total()
    {
        if (_all.Count == 0)
        {
            return;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"mean over {_all.Count} sets: AUROC {_all.Average(v => v.Auroc):0.000}, recall {_all.Average(v => v.Recall):0.00}, false alarms {_all.Sum(v => v.FalseAlarms)} of {_all.Sum(v => v.NormalFrames)} normal frames"));
        foreach (AnomalyKind kind in _all.SelectMany(v => v.ByKind.Keys).Distinct().Order())
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {kind,-14} {_all.Where(v => v.ByKind.ContainsKey(kind)).Average(v => v.ByKind[kind]):0.000}"));
        }

        foreach ((string part, List<Verdicts> alone) in _byPart)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {part,-24} AUROC {alone.Average(v => v.Auroc):0.000}  recall {alone.Average(v => v.Recall):0.00}  false alarms {alone.Sum(v => v.FalseAlarms)}"));
        }
    }

    private void Remember(string what, Verdicts verdicts) => (_byPart.TryGetValue(what, out List<Verdicts>? seen) ? seen : _byPart[what] = []).Add(verdicts);

    private static async IAsyncEnumerable<TrainingImage> Images(SceneSet set)
    {
        foreach ((int i, byte[] jpeg) in set.Training.Index())
        {
            yield return new TrainingImage($"{i:00000}.jpg", jpeg);
        }

        await Task.CompletedTask;
    }
}

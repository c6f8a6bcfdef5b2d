using Guardian.Models.Tests.Support;
using Guardian.Testing;

namespace Guardian.Models.Tests;

/// <summary>The code that README.md shows, run.</summary>
public sealed class ReadmeTests
{
    [Fact(Timeout = 120_000)]
    public async Task the_readme_example_trains_registers_and_deploys_a_model()
    {
        using var folder = new TemporaryFolder();
        byte[][] frames = new Scene(160, 120).NormalDay(24, 1);
        string score = await Run(folder.Path, frames, new TrainingOptions { InputWidth = 64, InputHeight = 64, Epochs = 2 });
        Assert.Contains(" of ", score, StringComparison.Ordinal);
    }

    [Fact]
    public void the_readme_shows_the_code_that_is_tested()
    {
        static string[] Lines(string text) => [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        string source = File.ReadAllText(Repository.PathTo("tests", "Guardian.Models.Tests", "ReadmeTests.cs"));
        string readme = File.ReadAllText(Repository.PathTo("src", "Guardian.Models", "README.md"));
        string tested = source.Split("// <readme>\n")[1].Split("// </readme>\n")[0];
        string shown = readme.Split("```csharp")[1].Split("```")[0];
        Assert.Equal(Lines(tested), Lines(shown));
    }

    private static async Task<string> Run(string directory, byte[][] jpegs, TrainingOptions options)
    {
        CancellationToken cancellationToken = default;

        // <readme>
        await using var models = new LocalModels(new GuardianModelsOptions { Directory = directory });
        for (int i = 0; i < jpegs.Length; i++)
        {
            SnapshotIntake intake = await models.Datasets.AddAsync(
                new DatasetSnapshot
                {
                    SnapshotId = $"frame-{i}",
                    CameraId = "front-door",
                    Label = "normal",
                    CapturedAt = DateTimeOffset.UnixEpoch.AddMinutes(i),
                    Jpeg = jpegs[i],
                },
                cancellationToken);
            if (!intake.IsStored)
            {
                throw new InvalidOperationException(intake.Reason);
            }
        }

        var trainer = new AutoencoderTrainer();
        TrainedModel trained = await trainer.TrainAsync(
            new TrainingRequest
            {
                CameraId = "front-door",
                Images = TrainingImages.FromDataset(models.Datasets, "front-door"),
                Options = options,
            },
            progress: null,
            cancellationToken);
        CatalogModel model = await models.Catalog.RegisterAsync(trained, name: null, cancellationToken);
        ModelDeployment deployment = await models.Distributor.CreateAsync("front-door", "edge-1", model.ModelId, cancellationToken);

        // On the edge: download, check the hash, score.
        await using Stream download = await models.Distributor.OpenModelAsync(deployment.DeploymentId, offset: 0, cancellationToken);
        byte[] onnx = new byte[deployment.Size];
        await download.ReadExactlyAsync(onnx, cancellationToken);
        using var scorer = new ModelScorer(onnx);
        ModelScore score = scorer.Score(jpegs[0]);
        string verdict = $"{score.Score:0.0} of {score.Threshold:0.0}: {(score.IsAnomalous ? "unusual" : "normal")}";
        // </readme>

        return verdict;
    }
}

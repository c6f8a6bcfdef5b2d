using Guardian.Testing;

namespace Guardian.Analysis.Tests;

/// <summary>The code that README.md shows, run.</summary>
public sealed class ReadmeTests
{
    [Fact(Timeout = 60_000)]
    public async Task the_readme_example_learns_and_judges()
    {
        using var folder = new TemporaryFolder();
        byte[] jpeg = Sample.Jpeg();
        (string, byte[], DateTimeOffset)[] normal = [.. Enumerable.Range(0, 24).Select(i => ($"frame-{i}", jpeg, Sample.Noon.AddHours(i)))];
        Func<AnomalyMap?>[] calm = [.. Enumerable.Repeat<Func<AnomalyMap?>>(() => Sample.Calm(), normal.Length)];
        string verdict = await RunAsync(folder.File("baseline.db"), new Maps([.. calm, () => Sample.Person()]), normal, jpeg, Sample.Noon);
        Assert.StartsWith("Medium (", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void the_readme_shows_the_code_that_is_tested()
    {
        static string[] Lines(string text) => [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        string source = File.ReadAllText(Repository.PathTo("tests", "Guardian.Analysis.Tests", "ReadmeTests.cs"));
        string readme = File.ReadAllText(Repository.PathTo("src", "Guardian.Analysis", "README.md"));
        Assert.Equal(Lines(source.Split("// <readme>\n")[1].Split("// </readme>\n")[0]), Lines(readme.Split("```csharp")[1].Split("```")[0]));
    }

    private static async Task<string> RunAsync(
        string path, Maps model, IReadOnlyList<(string, byte[], DateTimeOffset)> normalFrames, byte[] frame, DateTimeOffset occurredAt)
    {
        CancellationToken cancellationToken = default;

        // <readme>
        var options = new AnalysisOptions { BaselinePath = path, TimeZone = "Europe/Berlin" };
        await using var baselines = new SqliteBaselineStore(options);
        var detector = new ErrorMapDetector(options);

        // Learn what is normal, once for each frame.
        foreach ((string id, byte[] jpeg, DateTimeOffset capturedAt) in normalFrames)
        {
            FrameImage image = FrameImage.FromJpeg(jpeg);
            AnomalyMap? map = await model.ComputeAsync("garden", jpeg, cancellationToken);
            IReadOnlyList<DetectedObject> objects = await detector.DetectAsync(new AnalysisFrame(image, map, capturedAt), cancellationToken);
            await baselines.ObserveAsync(
                "garden",
                new BaselineObservation { SourceId = id, CapturedAt = capturedAt, Objects = objects, Width = image.Width, Height = image.Height },
                cancellationToken);
        }

        // Judge an event.
        using var analyzer = new EventAnalyzer(model, detector, baselines, new BaselineReasoner(), new FactorRiskScorer(), options);
        AnalysisResult result = await analyzer.AnalyzeAsync(
            new AnalysisRequest { CameraId = "garden", EventType = "anomaly", OccurredAt = occurredAt, Frames = [new FrameInput(frame, occurredAt)] },
            cancellationToken);
        string verdict = $"{result.Risk.Level} ({result.Risk.Value:0}): {result.Assessment.Explanation}";
        // </readme>

        return verdict;
    }
}

using Guardian.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Guardian.Analysis.Tests;

public sealed class PackageTests
{
    [Fact]
    public void the_public_api_is_the_reviewed_one() => PublicApiSurface.AssertUnchanged(typeof(IEventAnalyzer).Assembly);

    [Fact]
    public void log_event_ids_are_unique() => LogEventIds.AssertUnique(typeof(IEventAnalyzer).Assembly, 6000, 6999);

    [Fact(Timeout = 60_000)]
    public async Task a_container_gives_an_analyzer_that_says_what_it_lacks()
    {
        using var folder = new TemporaryFolder();
        var services = new ServiceCollection();
        services.AddGuardianAnalysis(o => o.BaselinePath = folder.File("baseline.db"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        AnalysisResult result = await provider.GetRequiredService<IEventAnalyzer>().AnalyzeAsync(
            Sample.Request() with { Frames = [new FrameInput(Sample.Jpeg(), Sample.Noon)] }, CancellationToken.None);
        Assert.Contains("model: the camera has none", result.Problems);
        Assert.IsType<ErrorMapDetector>(provider.GetRequiredService<IObjectDetector>());
    }

    [Fact(Timeout = 60_000)]
    public async Task a_host_may_put_its_own_before_and_after_and_choose_yolo()
    {
        using var folder = new TemporaryFolder();
        string model = folder.File("yolo.onnx");
        await File.WriteAllBytesAsync(model, TestGraph.Raw([[32, 32, 16, 20, 0.9f]]));
        var maps = new Maps(() => Sample.Calm());
        var services = new ServiceCollection();
        services.AddSingleton<IBaselineStore>(_ => new SqliteBaselineStore(folder.File("mine.db")));
        services.AddGuardianAnalysis(o => o.BaselinePath = folder.File("unused.db")).UseYolo(model);
        services.AddSingleton<IAnomalyMapSource>(maps);
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.IsType<EventAnalyzer>(provider.GetRequiredService<IEventAnalyzer>());
        Assert.IsType<OnnxYoloDetector>(provider.GetRequiredService<IObjectDetector>());
        Assert.Same(maps, provider.GetRequiredService<IAnomalyMapSource>());
        Assert.False(File.Exists(folder.File("unused.db")));
    }

    [Fact]
    public void a_container_names_every_unsound_option()
    {
        var services = new ServiceCollection();
        services.AddGuardianAnalysis(o => (o.TimeZone, o.MaxFrames, o.RegionLevel) = ("Mars/Olympus", 0, double.NaN));
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => _ = provider.GetRequiredService<IOptions<AnalysisOptions>>().Value);
        Assert.Equal(["BaselinePath", "TimeZone", "MaxFrames", "RegionLevel"], error.Failures.Select(f => f.Split(' ')[0].Split(':')[^1]));
    }
}

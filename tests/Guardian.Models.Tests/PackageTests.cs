using System.Reflection;
using Guardian.Models.Tests.Support;
using Guardian.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Guardian.Models.Tests;

public sealed class PackageTests
{
    [Fact]
    public void the_public_api_is_the_reviewed_one() => PublicApiSurface.AssertUnchanged(typeof(IModelTrainer).Assembly);

    [Fact]
    public void log_event_ids_are_unique_and_in_the_packages_range()
    {
        int[] ids = [.. typeof(IModelTrainer).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>())
            .Where(a => a is not null)
            .Select(a => a!.EventId)];
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id, 5000, 5999));
    }

    [Fact(Timeout = 60_000)]
    public async Task the_container_serves_every_capability_from_one_folder()
    {
        using var folder = new TemporaryFolder();
        var services = new ServiceCollection();
        services.AddGuardianModels(o => o.Directory = folder.Path);
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.IsType<AutoencoderTrainer>(provider.GetRequiredService<IModelTrainer>());
        CatalogModel model = await provider.GetRequiredService<IModelCatalog>().RegisterAsync(Sample.Model(), null, default);
        ModelDeployment deployment = await provider.GetRequiredService<IModelDistributor>().CreateAsync("cam-1", "edge-1", model.ModelId, default);
        Assert.Equal(model.Sha256, deployment.Sha256);
        Assert.NotNull(await provider.GetRequiredService<ITrainingJobs>().EnqueueAsync("cam-1", default));
        Assert.True((await provider.GetRequiredService<IDatasetStore>().AddAsync(Sample.Snapshot(), default)).IsStored);
    }

    [Fact]
    public void wrong_options_are_all_named_at_once()
    {
        var services = new ServiceCollection();
        services.AddGuardianModels(o => (o.MaxSnapshotsPerCamera, o.MaxSnapshotBytesPerCamera) = (0, 5));
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Equal(3, e.Failures.Count());
        Assert.Contains("GuardianModelsOptions.Directory", e.Message, StringComparison.Ordinal);
        Assert.Contains("GuardianModelsOptions.MaxSnapshotsPerCamera is 0", e.Message, StringComparison.Ordinal);
        Assert.Contains("GuardianModelsOptions.MaxSnapshotBytesPerCamera is 5", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new LocalModels(new GuardianModelsOptions()));
    }

    [Fact]
    public void a_folder_that_cannot_be_opened_is_an_error_in_words()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("taken"), "");
        ModelException e = Assert.Throws<ModelException>(() => new LocalModels(new GuardianModelsOptions { Directory = folder.File("taken") }));
        Assert.Contains("Opening the models folder failed", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task what_is_stored_is_readable_by_its_owner_only()
    {
        await using var store = new Store();
        await store.Models.Datasets.AddAsync(Sample.Snapshot(), default);
        Assert.All(store.Files("*.jpg").Concat(store.Files("models.db")), f =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }
}

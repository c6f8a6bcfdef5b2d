using Guardian.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Guardian.Events.Tests;

public sealed class PackageTests
{
    [Fact]
    public void the_public_api_is_the_reviewed_one() => PublicApiSurface.AssertUnchanged(typeof(IEventStore).Assembly);

    [Fact]
    public async Task a_container_gives_the_store_and_a_host_may_put_its_own_first()
    {
        using var folder = new TemporaryFolder();
        var services = new ServiceCollection();
        services.AddGuardianEvents(o => o.AlertSeverity = Severity.High).UseSqlite(folder.File("events.db"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.IsType<SqliteEventStore>(provider.GetRequiredService<IEventStore>());
        Assert.Equal(Severity.High, provider.GetRequiredService<IOptions<EventStoreOptions>>().Value.AlertSeverity);
    }

    [Fact]
    public void a_container_names_every_unsound_option()
    {
        var services = new ServiceCollection();
        services.AddGuardianEvents(o => o.AlertSeverity = (Severity)9);
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => _ = provider.GetRequiredService<IOptions<EventStoreOptions>>().Value);
        Assert.Equal(2, error.Failures.Count());
    }
}

using Guardian.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Guardian.Tunnel.Tests;

public sealed class PackageTests
{
    [Fact]
    public void the_public_api_is_the_reviewed_one() => PublicApiSurface.AssertUnchanged(typeof(TunnelServer).Assembly);

    [Fact]
    public void log_event_ids_are_unique() => LogEventIds.AssertUnique(typeof(TunnelServer).Assembly, 2000, 2999);

    [Fact]
    public void unsound_options_are_all_named()
    {
        var options = new TunnelOptions { EdgePort = 70000, PublicHost = "no host!", CertificateLifetime = TimeSpan.Zero };
        Assert.Equal(4, options.Validate().Count);
        Assert.All(options.Validate(), e => Assert.StartsWith("Guardian:Tunnel:", e, StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_container_starts_the_gateway_once_the_host_has_given_the_ports()
    {
        using var folder = new TemporaryFolder();
        var node = new FakeNode();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IEventIntake>(node).AddSingleton<IClipIntake>(node).AddSingleton<IDatasetIntake>(node).AddSingleton<IModelSource>(node);
        services.AddGuardianTunnel(o =>
        {
            o.Directory = folder.Path;
            o.EdgePort = 0;
            o.EnrollmentPort = 0;
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        TunnelServer server = provider.GetRequiredService<TunnelServer>();
        await server.StartAsync(CancellationToken.None);
        Assert.NotEqual(0, server.EdgeEndPoint.Port);
        await server.StopAsync(CancellationToken.None);
    }
}

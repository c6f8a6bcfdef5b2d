using Guardian.Tunnel;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Guardian.Tunnel in a container.</summary>
public static class GuardianTunnelServiceCollectionExtensions
{
    /// <summary>
    /// Adds the registry, the certificate authority and the gateway as a hosted service. The host registers the ports: <see cref="IEventIntake"/>,
    /// <see cref="IClipIntake"/>, <see cref="IDatasetIntake"/> and <see cref="IModelSource"/>.
    /// </summary>
    public static IServiceCollection AddGuardianTunnel(this IServiceCollection services, Action<TunnelOptions> configure)
    {
        services.AddOptions<TunnelOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TunnelOptions>, TunnelOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(p => new EdgeRegistry(Path.Combine(Options(p).Directory, "registry.db"), p.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(p => CertificateAuthority.Open(Options(p).Directory, Options(p).ReadKeyPassphrase(), p.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(p => new TunnelPorts(
            p.GetRequiredService<IEventIntake>(), p.GetRequiredService<IClipIntake>(), p.GetRequiredService<IDatasetIntake>(), p.GetRequiredService<IModelSource>()));
        services.TryAddSingleton<ITelemetryStore>(p => new SqliteTelemetryStore(
            Path.Combine(Options(p).Directory, SqliteTelemetryStore.FileName), Options(p).Telemetry, p.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(p => new TunnelServer(
            Options(p), p.GetRequiredService<EdgeRegistry>(), p.GetRequiredService<CertificateAuthority>(), p.GetRequiredService<TunnelPorts>(),
            p.GetRequiredService<ITelemetryStore>(), p.GetRequiredService<ILoggerFactory>(), p.GetRequiredService<TimeProvider>()));
        services.AddHostedService(p => p.GetRequiredService<TunnelServer>());
        return services;
    }

    private static TunnelOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<TunnelOptions>>().Value;
}

using Guardian.Grpc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Guardian.Grpc in a container.</summary>
public static class GuardianGrpcServiceCollectionExtensions
{
    /// <summary>Adds a singleton <see cref="GrpcServer"/>, unless one is registered. Options are checked when the host starts.</summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <returns>The container.</returns>
    public static IServiceCollection AddGuardianGrpc(this IServiceCollection services, Action<GrpcServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<GrpcServerOptions> options = services.AddOptions<GrpcServerOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GrpcServerOptions>, GrpcServerOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new GrpcServer(
            provider.GetRequiredService<IOptions<GrpcServerOptions>>().Value,
            provider.GetRequiredService<ILogger<GrpcServer>>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}

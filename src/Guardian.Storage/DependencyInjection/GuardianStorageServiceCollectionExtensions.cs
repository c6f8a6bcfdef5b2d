using Guardian.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Guardian.Storage in a container.</summary>
public static class GuardianStorageServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="SealedArchive"/>. Choose a store with <see cref="UseFolder"/>, or register an <see cref="IArchiveStore"/> of your own.
    /// </summary>
    public static GuardianStorageBuilder AddGuardianStorage(this IServiceCollection services, Action<SealedArchiveOptions> configure)
    {
        services.AddOptions<SealedArchiveOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SealedArchiveOptions>, SealedArchiveOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(p => new SealedArchive(
            p.GetRequiredService<IOptions<SealedArchiveOptions>>().Value,
            p.GetRequiredService<IArchiveStore>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetService<ILogger<SealedArchive>>()));
        return new GuardianStorageBuilder(services);
    }

    /// <summary>Archives to a folder.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="root">The folder; made when it is not there.</param>
    public static GuardianStorageBuilder UseFolder(this GuardianStorageBuilder builder, string root)
    {
        builder.Services.TryAddSingleton<IArchiveStore>(_ => new FolderArchiveStore(root));
        return builder;
    }
}

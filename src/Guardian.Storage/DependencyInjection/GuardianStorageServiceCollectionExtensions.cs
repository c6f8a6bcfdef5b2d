using Guardian.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Guardian.Storage in a container.</summary>
public static class GuardianStorageServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="SealedArchive"/>. Choose a store with <see cref="UseFolder"/> or <see cref="UseS3"/>, or register an <see cref="IArchiveStore"/> of your own.
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
    /// <summary>Archives to an S3 server.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets which server, and where its credentials are.</param>
    public static GuardianStorageBuilder UseS3(this GuardianStorageBuilder builder, Action<S3ArchiveOptions> configure)
    {
        builder.Services.AddOptions<S3ArchiveOptions>().Configure(configure).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<S3ArchiveOptions>, S3ArchiveOptionsValidator>());
        builder.Services.TryAddSingleton<IArchiveStore>(p => new S3ArchiveStore(p.GetRequiredService<IOptions<S3ArchiveOptions>>().Value));
        return builder;
    }
}

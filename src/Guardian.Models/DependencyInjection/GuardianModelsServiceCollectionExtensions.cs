using Guardian.Models;
using Guardian.Models.Internal;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds datasets, training, catalog and deployments to a host.</summary>
public static class GuardianModelsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IDatasetStore"/>, <see cref="IDatasetTransfer"/>, <see cref="IModelCatalog"/>, <see cref="IModelImporter"/>, <see cref="IModelDistributor"/> and <see cref="ITrainingJobs"/> in one folder, and
    /// <see cref="AutoencoderTrainer"/> as <see cref="IModelTrainer"/>, all as singletons. What the host has registered before stays.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts, and when they are first used.</param>
    public static GuardianModelsBuilder AddGuardianModels(this IServiceCollection services, Action<GuardianModelsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<GuardianModelsOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GuardianModelsOptions>, GuardianModelsOptionsValidator>());
        services.TryAddSingleton(p => new LocalModels(
            p.GetRequiredService<IOptions<GuardianModelsOptions>>().Value, p.GetService<TimeProvider>(), p.GetService<ILoggerFactory>(), p.GetService<IModelProbe>()));
        services.TryAddSingleton<IDatasetStore>(p => p.GetRequiredService<LocalModels>().Datasets);
        services.TryAddSingleton(p => p.GetRequiredService<LocalModels>().CreateTransfer(
            p.GetRequiredService<IDatasetStore>(), p.GetRequiredService<IOptions<GuardianModelsOptions>>().Value));
        services.TryAddSingleton<IModelCatalog>(p => p.GetRequiredService<LocalModels>().Catalog);
        services.TryAddSingleton<IModelImporter>(p => p.GetRequiredService<LocalModels>().Importer);
        services.TryAddSingleton<ITrainingJobs>(p => p.GetRequiredService<LocalModels>().Jobs);
        services.TryAddSingleton(p => p.GetRequiredService<LocalModels>().CreateDistributor(p.GetRequiredService<IModelCatalog>()));
        services.TryAddSingleton<IModelTrainer>(p => new AutoencoderTrainer(p.GetService<TimeProvider>(), p.GetService<ILogger<AutoencoderTrainer>>()));
        return new GuardianModelsBuilder(services);
    }
}

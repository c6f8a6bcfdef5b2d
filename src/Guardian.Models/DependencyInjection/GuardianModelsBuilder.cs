namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What <see cref="GuardianModelsServiceCollectionExtensions.AddGuardianModels"/> returns; providers extend it.</summary>
public sealed class GuardianModelsBuilder
{
    internal GuardianModelsBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services that are being added to.</summary>
    public IServiceCollection Services { get; }
}

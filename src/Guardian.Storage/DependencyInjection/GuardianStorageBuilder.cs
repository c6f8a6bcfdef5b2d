namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Where providers of Guardian.Storage hook in.</summary>
public sealed class GuardianStorageBuilder
{
    internal GuardianStorageBuilder(IServiceCollection services) => Services = services;

    /// <summary>The container's services.</summary>
    public IServiceCollection Services { get; }
}

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Where providers of Guardian.Events hook in.</summary>
public sealed class GuardianEventsBuilder
{
    internal GuardianEventsBuilder(IServiceCollection services) => Services = services;

    /// <summary>The container's services.</summary>
    public IServiceCollection Services { get; }
}

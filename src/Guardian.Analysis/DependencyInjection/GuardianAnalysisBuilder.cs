namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Where providers of Guardian.Analysis hook in.</summary>
public sealed class GuardianAnalysisBuilder
{
    internal GuardianAnalysisBuilder(IServiceCollection services) => Services = services;

    /// <summary>The container's services.</summary>
    public IServiceCollection Services { get; }
}

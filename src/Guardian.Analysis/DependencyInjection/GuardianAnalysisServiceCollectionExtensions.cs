using Guardian.Analysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Guardian.Analysis in a container.</summary>
public static class GuardianAnalysisServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IEventAnalyzer"/> and its parts as singletons; what the host has registered before stays, what it registers after
    /// takes precedence. Without an <see cref="IAnomalyMapSource"/> of the host's no camera has a model, and every result says so.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets the options; <see cref="AnalysisOptions.BaselinePath"/> is required. They are validated when the host
    /// starts.</param>
    public static GuardianAnalysisBuilder AddGuardianAnalysis(this IServiceCollection services, Action<AnalysisOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<AnalysisOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AnalysisOptions>, AnalysisOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IAnomalyMapSource, NoAnomalyMaps>();
        services.TryAddSingleton<IObjectDetector>(p => new ErrorMapDetector(Options(p)));
        services.TryAddSingleton<IBaselineStore>(p => new SqliteBaselineStore(Options(p), p.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IAnomalyReasoner, BaselineReasoner>();
        services.TryAddSingleton<IRiskScorer, FactorRiskScorer>();
        services.TryAddSingleton<IEventAnalyzer>(p => new EventAnalyzer(
            p.GetRequiredService<IAnomalyMapSource>(),
            p.GetRequiredService<IObjectDetector>(),
            p.GetRequiredService<IBaselineStore>(),
            p.GetRequiredService<IAnomalyReasoner>(),
            p.GetRequiredService<IRiskScorer>(),
            Options(p),
            p.GetRequiredService<TimeProvider>(),
            p.GetService<ILogger<EventAnalyzer>>()));
        return new GuardianAnalysisBuilder(services);
    }

    /// <summary>Detects with a YOLO model in place of the embedded detector. The file is read when the detector is first needed.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The ONNX file.</param>
    /// <param name="options">How to run it; null is the defaults.</param>
    public static GuardianAnalysisBuilder UseYolo(this GuardianAnalysisBuilder builder, string path, OnnxYoloOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        builder.Services.Replace(ServiceDescriptor.Singleton<IObjectDetector>(_ => OnnxYoloDetector.FromFile(path, options)));
        return builder;
    }

    private static AnalysisOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<AnalysisOptions>>().Value;
}

using Guardian.Events;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Guardian.Events in a container.</summary>
public static class GuardianEventsServiceCollectionExtensions
{
    /// <summary>Adds the timeline. Choose a provider with <see cref="UseSqlite"/>, or register an <see cref="IEventStore"/> of your own.</summary>
    public static GuardianEventsBuilder AddGuardianEvents(this IServiceCollection services, Action<EventStoreOptions>? configure = null)
    {
        services.AddOptions<EventStoreOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EventStoreOptions>, EventStoreOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        return new GuardianEventsBuilder(services);
    }

    /// <summary>Keeps the timeline in a SQLite file.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file; made when it is not there.</param>
    public static GuardianEventsBuilder UseSqlite(this GuardianEventsBuilder builder, string path)
    {
        builder.Services.Configure<EventStoreOptions>(o => o.DatabasePath = path);
        builder.Services.TryAddSingleton<IEventStore>(p => new SqliteEventStore(p.GetRequiredService<IOptions<EventStoreOptions>>().Value, p.GetRequiredService<TimeProvider>()));
        return builder;
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Guardian.Analysis;
using Guardian.Events;
using Guardian.Models;
using Guardian.ReferenceHost.Adapters;
using Guardian.ReferenceHost.Api;
using Guardian.ReferenceHost.Metrics;
using Guardian.ReferenceHost.Workers;
using Guardian.Storage;
using Guardian.Tunnel;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Guardian.ReferenceHost.Composition;

/// <summary>Puts the packages together into one process.</summary>
internal static class GuardianNode
{
    /// <summary>The API moves sealed bytes outward only; what comes in is small, but for imported datasets, which have a limit of their own.</summary>
    private const int MaxRequestBody = 64 << 10;

    /// <summary>Bytes of an answer that may wait for its reader.</summary>
    private const int ResponseBuffer = 1 << 20;

    public static WebApplication Build(HostSettings settings)
    {
        MakeDataFolder(settings.Data);
        RecipientPublicKey customer = CustomerKey.Load(settings);
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
        });
        builder.Configuration.AddJsonFile(settings.ConfigurationFile, optional: true, reloadOnChange: false);
        WebApplication? app = null;
        builder.Logging.ClearProviders().AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "HH:mm:ss ";
        }).AddFilter((category, level) => Shown(category, level, app));
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = MaxRequestBody;

            // The next piece of a clip is read while this one is sent.
            k.Limits.MaxResponseBufferSize = ResponseBuffer;

            // Who takes less is taken for gone, and what is held for them is let go.
            k.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(10));
            k.Listen(settings.Address, settings.Port);
        });
        AddPackages(builder.Services, builder.Configuration, settings, customer);
        AddHost(builder.Services, builder.Configuration, settings);

        app = builder.Build();

        // Counts from the start, not from when somebody first asks.
        _ = app.Services.GetRequiredService<MetricCollector>();
        MapApi(app);
        return app;
    }

    /// <summary>Writes where the node listens, once it does.</summary>
    public static NodeInfo Announce(WebApplication app, HostSettings settings)
    {
        TunnelServer tunnel = app.Services.GetRequiredService<TunnelServer>();
        string api = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        WireGuardOptions wireGuard = app.Services.GetRequiredService<IOptions<TunnelOptions>>().Value.WireGuard;
        var info = new NodeInfo(api, tunnel.PublicEdgeAddress, tunnel.PublicEnrollmentAddress, Environment.ProcessId, wireGuard.Enabled ? wireGuard.Endpoint : null);
        info.Write(settings.NodeInfoFile);
        return info;
    }

    /// <summary>The owner's alone, also when somebody made it before with other rights.</summary>
    private static void MakeDataFolder(string path)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, owner);
        if ((File.GetUnixFileMode(path) & ~owner) != 0)
        {
            File.SetUnixFileMode(path, owner);
        }
    }

    /// <summary>While the node starts, the framework would log what the command line says in one line, with its stack trace.</summary>
    private static bool Shown(string? category, LogLevel level, WebApplication? app) => category?.StartsWith("Microsoft.", StringComparison.Ordinal) == true
        ? level >= LogLevel.Warning && app?.Lifetime.ApplicationStarted.IsCancellationRequested == true
        : level >= LogLevel.Information;

    private static void AddPackages(IServiceCollection services, ConfigurationManager configuration, HostSettings settings, RecipientPublicKey customer)
    {
        // First, so that nothing in it can change what the host decides below.
        Bind<EventStoreOptions>(services, configuration, EventStoreOptions.Section);
        services.Configure<SealedArchiveOptions>(o => ArchiveSettings.Bind(configuration, o));
        Bind<AnalysisOptions>(services, configuration, AnalysisOptions.Section);
        Bind<TunnelOptions>(services, configuration, TunnelOptions.Section);
        Bind<GuardianModelsOptions>(services, configuration, GuardianModelsOptions.Section);

        string In(string name) => Path.Combine(settings.Data, name);
        services.AddSingleton(new Sealer(customer));
        services.AddGuardianEvents().UseSqlite(In("events.db"));
        GuardianStorageBuilder storage = services.AddGuardianStorage(o =>
        {
            o.Directory = In("storage");
            o.RequiredRecipients.Clear();
            o.RequiredRecipients.Add(customer.Id);
        });
        if (configuration.GetSection(S3ArchiveOptions.Section).Exists())
        {
            storage.UseS3(o => configuration.GetSection(S3ArchiveOptions.Section).Bind(o, b => b.ErrorOnUnknownConfiguration = true));
        }
        else
        {
            storage.UseFolder(settings.ArchiveFolder);
        }

        services.AddSingleton<IModelProbe, ProcessModelProbe>();
        services.AddGuardianModels(o => o.Directory = In("models"));
        services.AddSingleton<IAnomalyMapSource, AnomalyMapSource>();
        services.AddGuardianAnalysis(o => o.BaselinePath = In("baseline.db"));

        services.AddSingleton<TrainingOrders>();
        services.AddHostedService<ArchiveWorker>();
        services.AddHostedService<AnalysisWorker>();
        services.AddHostedService<ReleaseWorker>();
        services.AddHostedService<TrainingWorker>();
        services.AddHostedService<RolloutWorker>();

        // The gateway last: by the time an edge can connect, everything behind it is ready.
        services.AddSingleton<IEventIntake, EventIntake>();
        services.AddSingleton<IClipIntake, ClipIntake>();
        services.AddSingleton(p => new Erasure(p.GetRequiredService<SealedArchive>().Register, p.GetRequiredService<IEventStore>()));
        services.AddSingleton<IDatasetIntake, DatasetIntake>();
        services.AddSingleton<IModelSource, ModelSource>();
        services.AddGuardianTunnel(o =>
        {
            o.Directory = In("tunnel");
            o.EdgeAddress = settings.EdgeAddress;
            o.EdgePort = settings.EdgePort;
            o.EnrollmentAddress = settings.EdgeAddress;
            o.EnrollmentPort = settings.EnrollmentPort;
            o.PublicHost = settings.PublicHost;
            if (settings.WireGuardEndpoint is { } endpoint)
            {
                o.WireGuard.Enabled = true;
                o.WireGuard.Endpoint = endpoint;
            }

            o.Recipients.Clear();
            o.Recipients.Add(customer.ToDer());
        });
    }

    /// <summary>A key that the options do not have is refused: a slip of the pen must not pass for a setting.</summary>
    private static void Bind<TOptions>(IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class => services.Configure<TOptions>(configuration.GetSection(section), b => b.ErrorOnUnknownConfiguration = true);

    private static void AddHost(IServiceCollection services, IConfiguration configuration, HostSettings settings)
    {
        // Opened at once, so that an unsound file ends the start; made only once the node runs and can show it.
        ApiToken? token = ApiToken.Open(settings.ApiTokenFile);
        services.AddSingleton(_ => token ?? ApiToken.Create(settings.ApiTokenFile));
        Bind<TelemetryExportOptions>(services, configuration, TelemetryExportOptions.Section);
        services.AddSingleton<IValidateOptions<TelemetryExportOptions>, TelemetryExportOptionsValidator>();
        services.AddSingleton(_ => new MetricCollector(NodeMeters.Contains));
        services.AddHostedService<OtlpExport>();
        services.AddProblemDetails();
        services.AddOpenApi();
        services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            o.SerializerOptions.DictionaryKeyPolicy = null;
            o.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        });

        // A stopped worker must not leave a node that looks alive.
        services.Configure<HostOptions>(o => o.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost);
    }

    private static void MapApi(WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = e => e is StorageException { IsTransient: true } ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
        });
        app.UseStatusCodePages();
        app.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            return next();
        });
        app.UseDefaultFiles();

        // Modules of the page must never come from two versions of it.
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = c => c.Context.Response.Headers.CacheControl = "no-cache" });
        app.MapOpenApi();
        app.MapGet("/api/v1/health", () => new HealthDto("ok", NodeEndpoints.Version)).WithSummary("Liveness, open to everyone.");

        app.MapGroup("/api/v1").MapRelay();
        RouteGroupBuilder node = app.MapGroup("");
        node.AddEndpointFilter(async (context, next) =>
        {
            ApiToken token = context.HttpContext.RequestServices.GetRequiredService<ApiToken>();
            if (token.Accepts(context.HttpContext.Request.Headers.Authorization))
            {
                return await next(context);
            }

            context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
            return TypedResults.Problem("a valid API token is needed: Authorization: Bearer TOKEN", statusCode: 401);
        });
        node.MapMetrics();
        RouteGroupBuilder api = node.MapGroup("/api/v1");
        api.MapEvents();
        api.MapLinks();
        api.MapEvidence();
        api.MapNode();
        api.MapModels();
        api.MapRollouts();
        api.MapDatasets();
        api.MapArchive();
        api.MapEdges();
        api.MapTelemetry();
    }
}

using System.Net;
using System.Net.Security;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// The gateway: two TLS ports with the edge contract behind them. The enrolment port asks for no client certificate and serves enrolment only; the edge port
/// serves everything else to clients whose certificate this node's CA signed.
/// </summary>
/// <remarks>Runs its own Kestrel, so that a host's web pages and the edges share neither a port nor limits.</remarks>
public sealed class TunnelServer : IHostedService, IAsyncDisposable
{
    private const int MaxEdgeConnections = 4096, MaxEnrollmentConnections = 64;

    private readonly TunnelOptions _options;
    private readonly EdgeRegistry _registry;
    private readonly CertificateAuthority _authority;
    private readonly TunnelPorts _ports;
    private readonly ITelemetryStore _telemetry;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _downloads;
    private readonly RefusalAudit _refusals;
    private readonly TokenThrottle _throttle;
    private readonly ITunnelNetwork? _network;
    private readonly GatewayMonitor _monitor;
    private readonly CommandOutcomes _outcomes;
    private readonly ServerCertificates _certificates;
    private WebApplication? _edges;
    private WebApplication? _enrollment;
    private IPEndPoint? _edgeEndPoint;
    private IPEndPoint? _enrollmentEndPoint;
    private Task _background = Task.CompletedTask;

    /// <summary>Makes a gateway that does not listen yet.</summary>
    /// <param name="options">Where to listen and what the bounds are.</param>
    /// <param name="registry">Who may connect.</param>
    /// <param name="authority">Who signs certificates.</param>
    /// <param name="ports">Where everything goes.</param>
    /// <param name="telemetry">Where telemetry is kept.</param>
    /// <param name="loggers">Where to report.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="ArgumentException">The options are not sound; the message names every key.</exception>
    public TunnelServer(
        TunnelOptions options, EdgeRegistry registry, CertificateAuthority authority, TunnelPorts ports, ITelemetryStore telemetry, ILoggerFactory loggers, TimeProvider? timeProvider = null)
        : this(options, registry, authority, ports, telemetry, loggers, timeProvider, network: null)
    {
        if (options.WireGuard.Enabled)
        {
            _network = new TunnelNetwork(options, registry, Connections, Notifications, loggers, _time);
        }
    }

    /// <summary>Makes a gateway in a tunnel that somebody else runs.</summary>
    internal TunnelServer(
        TunnelOptions options, EdgeRegistry registry, CertificateAuthority authority, TunnelPorts ports, ITelemetryStore telemetry, ILoggerFactory loggers, TimeProvider? timeProvider, ITunnelNetwork? network)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options;
        _downloads = new SemaphoreSlim(options.MaxModelDownloads);
        _registry = registry;
        _authority = authority;
        _ports = ports;
        _telemetry = telemetry;
        _loggers = loggers;
        _logger = loggers.CreateLogger<TunnelServer>();
        _time = timeProvider ?? TimeProvider.System;
        _network = network;
        _refusals = new RefusalAudit(registry.Audit, _time);
        _throttle = new TokenThrottle(options.WrongTokenLimit, _time);
        Connections = new EdgeConnections(options, _time);
        Health = new EdgeHealthMonitor(telemetry, registry, Connections.Get, options.Health, _time, _logger);
        Health.Changed += c => Notifications.Publish(
            new TunnelNotification(TunnelNotificationKind.HealthChanged, c.Now.Edge, null, c.Now.Level.ToString().ToLowerInvariant(), c.Now.EvaluatedAt));
        Metrics = new TunnelMetrics(() => Health.Statuses, () => _network?.PeerCount);
        _outcomes = new CommandOutcomes(registry.Commands, Notifications, Metrics, _time, _logger);
        _certificates = new ServerCertificates(authority, () => Hosts, _time);
        _monitor = new GatewayMonitor(registry, Connections, Notifications, _outcomes, AuthorityChanged, () => _network?.Changed(), _time, _logger);
    }

    /// <summary>Who is connected, and how well.</summary>
    public EdgeConnections Connections { get; }

    /// <summary>How the edges are.</summary>
    public EdgeHealthMonitor Health { get; }

    /// <summary>Tells other parts of the node what happens.</summary>
    public TunnelNotifications Notifications { get; } = new();

    /// <summary>Where the edge API listens.</summary>
    /// <exception cref="InvalidOperationException">It does not listen yet.</exception>
    public IPEndPoint EdgeEndPoint => _edgeEndPoint ?? throw new InvalidOperationException("the gateway has not been started");

    /// <summary>host:port under which edges reach the edge API, as certificates and enrolment name it: in the tunnel where there is one.</summary>
    public string PublicEdgeAddress => Join(_network?.NodeAddress.ToString() ?? _options.PublicHost, EdgeEndPoint.Port);

    /// <summary>host:port under which new edges reach enrolment, for bundles.</summary>
    public string PublicEnrollmentAddress => Join(_options.PublicHost, EnrollmentEndPoint.Port);

    /// <summary>Where enrolment listens.</summary>
    /// <exception cref="InvalidOperationException">It does not listen yet.</exception>
    public IPEndPoint EnrollmentEndPoint => _enrollmentEndPoint ?? throw new InvalidOperationException("the gateway has not been started");

    internal TunnelMetrics Metrics { get; }

    private IPAddress EdgeAddress => _network?.NodeAddress ?? _options.EdgeAddress;

    private IEnumerable<string> Hosts => _network is null ? [_options.PublicHost] : [_options.PublicHost, _network.NodeAddress.ToString()];

    private IEnumerable<WebApplication> Applications => new[] { _edges, _enrollment }.OfType<WebApplication>();

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_network is not null)
        {
            await _network.StartAsync(cancellationToken).ConfigureAwait(false);
        }

        GrpcServer edgeApi = EdgeApi();
        GrpcServer enrollmentApi = EnrollmentApi();
        await _monitor.StartAsync(cancellationToken).ConfigureAwait(false);

        // An application each, because Kestrel's limits hold for all of its ports, and strangers get smaller ones.
        _edges = Build(EdgeAddress, _options.EdgePort, ClientCertificateMode.RequireCertificate, edgeApi, EdgeLimits, MaxEdgeConnections);
        _enrollment = Build(_options.EnrollmentAddress, _options.EnrollmentPort, ClientCertificateMode.AllowCertificate, enrollmentApi, EnrollmentLimits, MaxEnrollmentConnections);
        await _edges.StartAsync(cancellationToken).ConfigureAwait(false);
        await _enrollment.StartAsync(cancellationToken).ConfigureAwait(false);
        _edgeEndPoint = new IPEndPoint(EdgeAddress, PortOf(_edges));
        _enrollmentEndPoint = new IPEndPoint(_options.EnrollmentAddress, PortOf(_enrollment));
        var dialer = new ControlDialer(_registry, Connections, _outcomes, _monitor, _authority, _network, _options.ControlTimeout, _time, _logger);
        _background = Task.WhenAll(Background(_monitor.RunAsync), Background(dialer.RunAsync), Background(Health.RunAsync));
        Log.Listening(_logger, _edgeEndPoint.ToString(), _enrollmentEndPoint.ToString(), _authority.Fingerprint);
        if (_network is null)
        {
            Log.NoWireGuard(_logger);
        }
    }

    /// <summary>Stops listening; open calls may finish until <paramref name="cancellationToken"/> says otherwise.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(Applications.Select(a => a.StopAsync(cancellationToken))).ConfigureAwait(false);
        await _background.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication application in Applications)
        {
            await application.DisposeAsync().ConfigureAwait(false);
        }

        _edges = null;
        _enrollment = null;
        if (_network is not null)
        {
            await _network.DisposeAsync().ConfigureAwait(false);
        }

        _certificates.Dispose();
        Metrics.Dispose();
        _stopping.Dispose();
        _downloads.Dispose();
    }

    private static int PortOf(WebApplication application) =>
        new Uri(application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port;

    private static void EdgeLimits(GrpcTransportLimits limits) => limits.MaxStreamsPerConnection = 64;

    /// <summary>Anyone may connect here, so nobody may make the node hold much.</summary>
    private static void EnrollmentLimits(GrpcTransportLimits limits)
    {
        limits.StreamWindow = 64 << 10;
        limits.ConcurrentUploads = 1;
        limits.MaxStreamsPerConnection = 8;
    }

    private static string Join(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    private Task Background(Func<CancellationToken, Task> work) => Task.Run(async () =>
    {
        try
        {
            await work(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
    });

    private void AuthorityChanged()
    {
        _authority.Reload();
        _certificates.Renew();

        // Not awaited: it lets the edges read why for a moment.
        _ = Connections.EndUntrustedAsync(_authority.TrustedIssuers);
        Log.AuthorityReloaded(_logger, _authority.Fingerprint);
    }

    private WebApplication Build(
        IPAddress address, int port, ClientCertificateMode mode, GrpcServer api, Action<GrpcTransportLimits> limits, int maxConnections)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(_loggers);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = maxConnections;
            kestrel.ConfigureGuardianGrpc(limits);
            kestrel.Listen(address, port, o => Listen(o, mode));
        });
        WebApplication application = builder.Build();
        application.UseGuardianGrpc(api);
        return application;
    }

    private GrpcServer EdgeApi()
    {
        EdgeGate gate = Gate(_network);
        GrpcServer server = NewServer();
        var commands = new CommandApi(_registry, Connections, _outcomes, _monitor, _options.PingInterval, _time, _stopping.Token);
        Add(server, EventsReflection.Descriptor.Services[0], gate, new EventApi(gate, _ports.Events, Metrics).Bind);
        Add(server, StreamingReflection.Descriptor.Services[0], gate, new StreamingApi(gate, _ports.Clips, Metrics).Bind);
        Add(server, TelemetryReflection.Descriptor.Services[0], gate, new TelemetryApi(gate, _registry, _ports.Models, new TelemetryIntake(_telemetry, _options.Telemetry, Connections, Health, Metrics, _time)).Bind);
        Add(server, ControlReflection.Descriptor.Services[0], gate, new ControlApi(gate, _registry).Bind);
        Add(server, DatasetsReflection.Descriptor.Services[0], gate, new DatasetApi(gate, _ports.Datasets).Bind);
        Add(server, ModelsReflection.Descriptor.Services[0], gate, new ModelApi(gate, _ports.Models, _downloads, new ModelPace(_options.MaxModelBytesPerSecond, _time), _stopping.Token).Bind);
        Add(server, CommandsReflection.Descriptor.Services[0], gate, commands.Bind);
        Add(server, EnrollmentReflection.Descriptor.Services[0], gate, Enrollment().BindAuthenticated);
        return server;
    }

    private GrpcServer EnrollmentApi()
    {
        // Whoever has lost the tunnel's keys comes from outside the tunnel.
        EdgeGate gate = Gate(network: null);
        GrpcServer server = NewServer();
        EnrollmentApi enrollment = Enrollment();
        server.AddService(EnrollmentReflection.Descriptor.Services[0], binder =>
        {
            enrollment.BindPublic(new PublicBinder(binder, _logger));
            enrollment.BindTunnel(new EdgeBinder(binder, gate, _logger), mayChangeKey: false);
        });
        return server;
    }

    private EdgeGate Gate(ITunnelNetwork? network) => new(_registry, Connections, _refusals, network, Metrics, _options.CameraClaimWindow, _logger);

    private EnrollmentApi Enrollment() => new(_authority, _registry, _throttle, _refusals, _options, _network, Metrics, () => (PublicEdgeAddress, PublicEnrollmentAddress), _logger);

    private void Add(GrpcServer server, Google.Protobuf.Reflection.ServiceDescriptor service, EdgeGate gate, Action<EdgeBinder> bind) =>
        server.AddService(service, binder => bind(new EdgeBinder(binder, gate, _logger)));

    private GrpcServer NewServer() => new(new GrpcServerOptions(), _loggers.CreateLogger<GrpcServer>(), _time);

    private void Listen(ListenOptions listen, ClientCertificateMode mode)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => async connection =>
        {
            var socket = new EdgeSocket(connection, connection.Features.Get<IConnectionSocketFeature>()?.Socket);
            connection.Features.Set(socket);
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                Connections.Closed(socket);
            }
        });
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(TlsOptions(mode == ClientCertificateMode.RequireCertificate)) });
    }

    private SslServerAuthenticationOptions TlsOptions(bool requireCertificate) => new()
    {
        ServerCertificate = _certificates.Current,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        ClientCertificateRequired = true,
        CertificateChainPolicy = _authority.ClientPolicy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (certificate is null && !requireCertificate)
            {
                return true;
            }

            // TLS tells the client nothing of why; the operator must be able to find out.
            bool accepted = errors == SslPolicyErrors.None;
            if (!accepted)
            {
                string status = chain is null ? "" : string.Join(", ", chain.ChainStatus.Select(s => s.Status));
                Log.CertificateRefused(_logger, status.Length > 0 ? $"{errors}: {status}" : errors.ToString());
            }

            return accepted;
        },
    };
}

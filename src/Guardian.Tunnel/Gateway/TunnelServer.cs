using System.Net;
using System.Security.Cryptography.X509Certificates;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.AspNetCore.Builder;
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

    private static readonly TimeSpan ServerCertificateLifetime = TimeSpan.FromDays(397);

    private readonly TunnelOptions _options;
    private readonly EdgeRegistry _registry;
    private readonly CertificateAuthority _authority;
    private readonly TunnelPorts _ports;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _edges;
    private WebApplication? _enrollment;
    private X509Certificate2? _certificate;
    private IPEndPoint? _edgeEndPoint;
    private IPEndPoint? _enrollmentEndPoint;

    /// <summary>Makes a gateway that does not listen yet.</summary>
    /// <param name="options">Where to listen and what the bounds are.</param>
    /// <param name="registry">Who may connect.</param>
    /// <param name="authority">Who signs certificates.</param>
    /// <param name="ports">Where everything goes.</param>
    /// <param name="loggers">Where to report.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="ArgumentException">The options are not sound; the message names every key.</exception>
    public TunnelServer(
        TunnelOptions options, EdgeRegistry registry, CertificateAuthority authority, TunnelPorts ports, ILoggerFactory loggers, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options;
        _registry = registry;
        _authority = authority;
        _ports = ports;
        _loggers = loggers;
        _logger = loggers.CreateLogger<TunnelServer>();
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Where the edge API listens.</summary>
    /// <exception cref="InvalidOperationException">It does not listen yet.</exception>
    public IPEndPoint EdgeEndPoint => _edgeEndPoint ?? throw new InvalidOperationException("the gateway has not been started");

    /// <summary>host:port under which edges reach the edge API, as certificates and enrolment name it.</summary>
    public string PublicEdgeAddress => Join(_options.PublicHost, EdgeEndPoint.Port);

    /// <summary>host:port under which new edges reach enrolment, for bundles.</summary>
    public string PublicEnrollmentAddress => Join(_options.PublicHost, EnrollmentEndPoint.Port);

    /// <summary>Where enrolment listens.</summary>
    /// <exception cref="InvalidOperationException">It does not listen yet.</exception>
    public IPEndPoint EnrollmentEndPoint => _enrollmentEndPoint ?? throw new InvalidOperationException("the gateway has not been started");

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        GrpcServer edgeApi = EdgeApi();
        GrpcServer enrollmentApi = EnrollmentApi();
        _certificate = _authority.IssueForServer(_options.PublicHost, ServerCertificateLifetime);

        // An application each, because Kestrel's limits hold for all of its ports, and strangers get smaller ones.
        _edges = Build(_options.EdgeAddress, _options.EdgePort, ClientCertificateMode.RequireCertificate, edgeApi, EdgeLimits, MaxEdgeConnections);
        _enrollment = Build(_options.EnrollmentAddress, _options.EnrollmentPort, ClientCertificateMode.NoCertificate, enrollmentApi, EnrollmentLimits, MaxEnrollmentConnections);
        await _edges.StartAsync(cancellationToken).ConfigureAwait(false);
        await _enrollment.StartAsync(cancellationToken).ConfigureAwait(false);
        _edgeEndPoint = new IPEndPoint(_options.EdgeAddress, PortOf(_edges));
        _enrollmentEndPoint = new IPEndPoint(_options.EnrollmentAddress, PortOf(_enrollment));
        Log.Listening(_logger, _edgeEndPoint.ToString(), _enrollmentEndPoint.ToString(), _authority.Fingerprint);
        Log.NoWireGuard(_logger);
    }

    /// <summary>Stops listening; open calls may finish until <paramref name="cancellationToken"/> says otherwise.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(Applications.Select(a => a.StopAsync(cancellationToken))).ConfigureAwait(false);
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
        _certificate?.Dispose();
        _stopping.Dispose();
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

    private IEnumerable<WebApplication> Applications => new[] { _edges, _enrollment }.OfType<WebApplication>();

    private GrpcServer EdgeApi()
    {
        var gate = new EdgeGate(_registry, _logger);
        GrpcServer server = NewServer();
        Add(server, EventsReflection.Descriptor.Services[0], new EventApi(gate, _ports.Events).Bind);
        Add(server, StreamingReflection.Descriptor.Services[0], new StreamingApi(gate, _ports.Clips).Bind);
        Add(server, TelemetryReflection.Descriptor.Services[0], new TelemetryApi(gate, _registry, _time).Bind);
        Add(server, ControlReflection.Descriptor.Services[0], new ControlApi(gate, _registry).Bind);
        Add(server, DatasetsReflection.Descriptor.Services[0], new DatasetApi(gate, _ports.Datasets).Bind);
        Add(server, ModelsReflection.Descriptor.Services[0], new ModelApi(gate, _ports.Models, _stopping.Token).Bind);
        Add(server, EnrollmentReflection.Descriptor.Services[0], Enrollment(gate).BindAuthenticated);
        return server;
    }

    private GrpcServer EnrollmentApi()
    {
        GrpcServer server = NewServer();
        Add(server, EnrollmentReflection.Descriptor.Services[0], Enrollment(new EdgeGate(_registry, _logger)).BindPublic);
        return server;
    }

    private EnrollmentApi Enrollment(EdgeGate gate) => new(_authority, _registry, gate, _options, () => PublicEdgeAddress, _logger);

    private void Add(GrpcServer server, Google.Protobuf.Reflection.ServiceDescriptor service, Action<EdgeBinder> bind) =>
        server.AddService(service, binder => bind(new EdgeBinder(binder, _logger)));

    private GrpcServer NewServer() => new(new GrpcServerOptions(), _loggers.CreateLogger<GrpcServer>(), _time);

    private void Listen(ListenOptions listen, ClientCertificateMode mode)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = _certificate;
            https.ClientCertificateMode = mode;
            if (mode == ClientCertificateMode.RequireCertificate)
            {
                https.OnAuthenticate = (_, tls) => tls.CertificateChainPolicy = _authority.ClientPolicy();

                // TLS tells the client nothing of why; the operator must be able to find out.
                https.ClientCertificateValidation = (certificate, chain, errors) =>
                {
                    bool accepted = errors == System.Net.Security.SslPolicyErrors.None;
                    if (!accepted)
                    {
                        string status = chain is null ? "" : string.Join(", ", chain.ChainStatus.Select(s => s.Status));
                        Log.CertificateRefused(_logger, status.Length > 0 ? $"{errors}: {status}" : errors.ToString());
                    }

                    return accepted;
                };
            }
        });
    }
}

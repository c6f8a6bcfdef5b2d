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
    private static readonly TimeSpan ServerCertificateLifetime = TimeSpan.FromDays(397);

    private readonly TunnelOptions _options;
    private readonly EdgeRegistry _registry;
    private readonly CertificateAuthority _authority;
    private readonly TunnelPorts _ports;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _application;
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

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(_loggers);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureGuardianGrpc();
            kestrel.Listen(_options.EdgeAddress, _options.EdgePort, o => Listen(o, ClientCertificateMode.RequireCertificate));
            kestrel.Listen(_options.EnrollmentAddress, _options.EnrollmentPort, o => Listen(o, ClientCertificateMode.NoCertificate));
        });
        _application = builder.Build();

        // Which API a connection reaches is decided by TLS, not by anything the client says.
        _application.Run(context => context.Connection.ClientCertificate is null ? enrollmentApi.HandleAsync(context) : edgeApi.HandleAsync(context));
        await _application.StartAsync(cancellationToken).ConfigureAwait(false);

        Uri[] addresses = [.. _application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(a => new Uri(a))];
        _edgeEndPoint = new IPEndPoint(_options.EdgeAddress, addresses[0].Port);
        _enrollmentEndPoint = new IPEndPoint(_options.EnrollmentAddress, addresses[1].Port);
        Log.Listening(_logger, _edgeEndPoint.ToString(), _enrollmentEndPoint.ToString(), _authority.Fingerprint);
        Log.NoWireGuard(_logger);
    }

    /// <summary>Stops listening; open calls may finish until <paramref name="cancellationToken"/> says otherwise.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_application is not null)
        {
            await _application.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.DisposeAsync().ConfigureAwait(false);
            _application = null;
        }

        _certificate?.Dispose();
        _stopping.Dispose();
    }

    private GrpcServer EdgeApi()
    {
        var gate = new EdgeGate(_registry, _logger);
        GrpcServer server = NewServer();
        server.AddService(EventsReflection.Descriptor.Services[0], new EventApi(gate, _ports.Events, _logger).Bind);
        server.AddService(StreamingReflection.Descriptor.Services[0], new StreamingApi(gate, _ports.Clips, _logger).Bind);
        server.AddService(TelemetryReflection.Descriptor.Services[0], new TelemetryApi(gate, _registry, _time).Bind);
        server.AddService(ControlReflection.Descriptor.Services[0], new ControlApi(gate, _registry).Bind);
        server.AddService(DatasetsReflection.Descriptor.Services[0], new DatasetApi(gate, _ports.Datasets, _logger).Bind);
        server.AddService(ModelsReflection.Descriptor.Services[0], new ModelApi(gate, _ports.Models, _stopping.Token).Bind);
        server.AddService(EnrollmentReflection.Descriptor.Services[0], Enrollment(gate).BindAuthenticated);
        return server;
    }

    private GrpcServer EnrollmentApi()
    {
        GrpcServer server = NewServer();
        server.AddService(EnrollmentReflection.Descriptor.Services[0], Enrollment(new EdgeGate(_registry, _logger)).BindPublic);
        return server;
    }

    private EnrollmentApi Enrollment(EdgeGate gate) => new(_authority, _registry, gate, _options, () => $"{_options.PublicHost}:{EdgeEndPoint.Port}", _logger);

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

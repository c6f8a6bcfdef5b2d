using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Guardian.Grpc;
using Guardian.Testing;
using Guardian.Tunnel.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Tunnel.Tests.Commands;

/// <summary>Edges in the field, which serve <c>edge.control</c> themselves. One of another language is in the end-to-end tests.</summary>
public sealed class ControlDialerTests : GatewayFixture
{
    private EdgeId _id;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        using EdgeCredentials credentials = await EnrolAsync(await AddEdgeAsync(), "front-door");
        _id = credentials.EdgeId;
    }

    [Fact(Timeout = 60_000)]
    public async Task commands_are_calls_and_nobody_sees_the_difference()
    {
        await using FieldedEdge edge = await FieldedEdge.StartAsync(certificate: null);
        await Registry.SetControlAddressAsync(_id, edge.Address, "operator:test", None);
        EdgeCommand update = await RunAsync(new CommandAction { UpdateConfig = new UpdateConfigAction { ConfigJson = "{\"fps\":5}" } });
        EdgeCommand read = await RunAsync(new CommandAction { GetConfig = new GetConfigAction() });
        EdgeCommand restart = await RunAsync(new CommandAction { RestartService = new RestartServiceAction { ServiceName = "detector" } });
        EdgeCommand unknown = await RunAsync(new CommandAction { RestartService = new RestartServiceAction { ServiceName = "oven" } });
        EdgeCommand zones = await RunAsync(new CommandAction { UpdateZones = new UpdateZonesAction { CameraId = "front-door", ZonesJson = "[]" } });

        Assert.Equal([EdgeCommandState.Succeeded, EdgeCommandState.Succeeded, EdgeCommandState.Succeeded], new[] { update, read, restart }.Select(c => c.State));
        Assert.Equal("{\"fps\":5}", read.ResultJson);
        Assert.Equal((EdgeCommandState.Failed, "no oven here"), (unknown.State, unknown.Error));
        Assert.Equal(EdgeCommandState.Unsupported, zones.State);
        Assert.Equal(1, edge.Restarts);
    }

    [Fact(Timeout = 60_000)]
    public async Task commands_wait_for_an_edge_that_cannot_be_reached()
    {
        // Something that takes the connection and hangs up: the attempt was made.
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        int port = ((IPEndPoint)deaf.LocalEndpoint).Port;
        await Registry.SetControlAddressAsync(_id, new Uri($"http://127.0.0.1:{port}"), "operator:test", None);
        EdgeCommand issued = await Registry.Commands.IssueAsync(_id, new CommandAction { GetConfig = new GetConfigAction() }, TimeSpan.FromHours(1), "operator:test", None);
        (await deaf.AcceptTcpClientAsync()).Dispose();
        deaf.Stop();
        await IsQueuedAgainAsync(issued);
        await using FieldedEdge back = await FieldedEdge.StartAsync(certificate: null, port);
        Assert.Equal(EdgeCommandState.Succeeded, (await Registry.Commands.WaitAsync(issued.Id, None)).State);
    }

    [Fact(Timeout = 60_000)]
    public async Task over_tls_the_edge_must_be_the_one_that_is_meant()
    {
        using EdgeCredentials right = await EnrolAsync(await AddEdgeAsync()), wrong = await EnrolAsync(await AddEdgeAsync());
        await using FieldedEdge edge = await FieldedEdge.StartAsync(right.Certificate), impostor = await FieldedEdge.StartAsync(wrong.Certificate);
        await Registry.SetControlAddressAsync(right.EdgeId, impostor.Address, "operator:test", None);
        EdgeCommand issued = await Registry.Commands.IssueAsync(right.EdgeId, new CommandAction { RestartService = new RestartServiceAction { ServiceName = "detector" } }, TimeSpan.FromHours(1), "operator:test", None);
        await Eventually.IsTrueAsync(() => Task.FromResult(impostor.Connections > 1), "the node has tried and tried again");
        await IsQueuedAgainAsync(issued);
        Assert.Equal(0, impostor.Restarts);

        await Registry.SetControlAddressAsync(right.EdgeId, edge.Address, "operator:test", None);
        Assert.Equal(EdgeCommandState.Succeeded, (await Registry.Commands.WaitAsync(issued.Id, None)).State);
        Assert.Equal((1, 0), (edge.Restarts, impostor.Restarts));
    }

    [Theory]
    [InlineData("ftp://192.0.2.1:1")]
    [InlineData("http://user:secret@192.0.2.1:1")]
    [InlineData("http://192.0.2.1:1/path")]
    public async Task an_address_that_is_not_a_host_and_port_is_refused(string address) =>
        await Assert.ThrowsAsync<TunnelException>(() => Registry.SetControlAddressAsync(_id, new Uri(address), "operator:test", None));

    /// <summary>While an attempt is under way a command that may be carried out only once counts as acknowledged.</summary>
    private Task IsQueuedAgainAsync(EdgeCommand command) => Eventually.IsTrueAsync(
        async () => (await Registry.Commands.GetAsync(command.Id, None))!.State switch
        {
            EdgeCommandState.Queued => true,
            EdgeCommandState.Acknowledged => false,
            EdgeCommandState settled => throw new Xunit.Sdk.XunitException($"the command was settled as {settled}"),
        },
        "the command waits");

    private async Task<EdgeCommand> RunAsync(CommandAction action) =>
        await Registry.Commands.WaitAsync((await Registry.Commands.IssueAsync(_id, action, TimeSpan.FromHours(1), "operator:test", None)).Id, None);

    /// <summary>An edge that is a server.</summary>
    private sealed class FieldedEdge : IAsyncDisposable
    {
        private readonly WebApplication _application;
        private string _configuration = "{}";

        private FieldedEdge(System.Security.Cryptography.X509Certificates.X509Certificate2? certificate, int port)
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, o =>
            {
                o.Protocols = HttpProtocols.Http2;
                o.Use(next => connection =>
                {
                    Connections++;
                    return next(connection);
                });
                if (certificate is not null)
                {
                    // Kestrel's own check wants a server's certificate; an edge shows the one that it has.
                    o.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        OnConnection = _ => new(new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [SslApplicationProtocol.Http2] }),
                    });
                }
            }));
            var server = new GrpcServer(new GrpcServerOptions(), NullLogger<GrpcServer>.Instance);
            server.AddService(ControlReflection.Descriptor.Services[0], Bind);
            _application = builder.Build();
            _application.UseGuardianGrpc(server);
        }

        public int Restarts { get; private set; }

        public int Connections { get; private set; }

        public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

        public static async Task<FieldedEdge> StartAsync(System.Security.Cryptography.X509Certificates.X509Certificate2? certificate, int port = 0)
        {
            var edge = new FieldedEdge(certificate, port);
            await edge._application.StartAsync();
            return edge;
        }

        public ValueTask DisposeAsync() => _application.DisposeAsync();

        private void Bind(ServiceBinder binder)
        {
            binder.Unary<GetConfigRequest, GetConfigResponse>("GetConfig", (_, _) => new(new GetConfigResponse { Success = true, ConfigJson = _configuration }));
            binder.Unary<UpdateConfigRequest, UpdateConfigResponse>("UpdateConfig", (request, _) =>
            {
                _configuration = request.ConfigJson;
                return new(new UpdateConfigResponse { Success = true });
            });
            binder.Unary<RestartServiceRequest, RestartServiceResponse>("RestartService", (request, _) =>
            {
                bool known = request.ServiceName == "detector";
                Restarts += known ? 1 : 0;
                return new(new RestartServiceResponse { Success = known, ErrorMessage = known ? "" : $"no {request.ServiceName} here" });
            });
            binder.Unimplemented("SyncCapabilities");
        }
    }
}

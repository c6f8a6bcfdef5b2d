using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Guardian.Grpc.Interop.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Guardian.Grpc.Tests;

/// <summary>The set-up of mutual TLS that docs/grpc.md describes.</summary>
public sealed class MutualTlsTests : IAsyncLifetime
{
    private readonly TestCertificates _authority = new();
    private readonly TestCertificates _other = new();
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        X509Certificate2 certificate = _authority.Issue("server", TestCertificates.ServerUsage);
        _server = await TestServer.StartAsync(
            b => b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", async (_, call) =>
                new SimpleResponse { Username = (await call.HttpContext.Connection.GetClientCertificateAsync())!.Subject }),
            listen: endpoint => endpoint.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                OnAuthenticate = (_, options) => options.CertificateChainPolicy = _authority.Policy(TestCertificates.ClientUsage),
            }));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_client_of_the_same_authority_is_let_in_and_known()
    {
        using GrpcChannel channel = Connect(_authority.Issue("edge-7", TestCertificates.ClientUsage), _authority);
        Assert.Equal("CN=edge-7", (await channel.UnaryAsync()).Username);
    }

    [Fact(Timeout = Rpc.Limit)]
    public Task a_client_without_a_certificate_is_refused() => RefusedAsync(null, _authority);

    [Fact(Timeout = Rpc.Limit)]
    public Task a_client_of_an_authority_of_the_same_name_is_refused() => RefusedAsync(_other.Issue("edge-7", TestCertificates.ClientUsage), _authority);

    [Fact(Timeout = Rpc.Limit)]
    public Task an_expired_client_is_refused() => RefusedAsync(_authority.Issue("edge-7", TestCertificates.ClientUsage, expired: true), _authority);

    [Fact(Timeout = Rpc.Limit)]
    public Task a_server_certificate_is_no_client_certificate() => RefusedAsync(_authority.Issue("edge-7", TestCertificates.ServerUsage), _authority);

    [Fact(Timeout = Rpc.Limit)]
    public Task a_client_refuses_a_server_of_another_authority() => RefusedAsync(_authority.Issue("edge-7", TestCertificates.ClientUsage), _other);

    private async Task RefusedAsync(X509Certificate2? certificate, TestCertificates trusted)
    {
        using GrpcChannel channel = Connect(certificate, trusted);
        await Rpc.FailsAsync(StatusCode.Unavailable, () => channel.UnaryAsync());
    }

    private GrpcChannel Connect(X509Certificate2? certificate, TestCertificates trusted) => new(
        new Uri($"https://127.0.0.1:{_server.Address.Port}"),
        new GrpcChannelOptions
        {
            ConfigureHandler = handler =>
            {
                handler.SslOptions.CertificateChainPolicy = trusted.Policy(TestCertificates.ServerUsage);
                if (certificate is not null)
                {
                    handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
                }
            },
        });
}

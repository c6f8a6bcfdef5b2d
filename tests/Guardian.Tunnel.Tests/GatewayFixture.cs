using Guardian.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Tunnel.Tests;

/// <summary>A gateway on free loopback ports with a fake node behind it.</summary>
public class GatewayFixture : IAsyncLifetime
{
    protected static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();

    internal FakeNode Node { get; } = new();

    internal ManualTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    internal EdgeRegistry Registry { get; private set; } = null!;

    internal CertificateAuthority Authority { get; private set; } = null!;

    internal TunnelServer Server { get; private set; } = null!;

    internal string Folder => _folder.Path;

    public virtual async Task InitializeAsync()
    {
        var options = new TunnelOptions { Directory = _folder.Path, EdgePort = 0, EnrollmentPort = 0 };
        options.Recipients.Add([1, 2, 3]);
        Registry = new EdgeRegistry(_folder.File("registry.db"), Time);
        Authority = CertificateAuthority.Open(_folder.Path, Time);
        Server = new TunnelServer(options, Registry, Authority, Node.Ports, NullLoggerFactory.Instance, Time);
        await Server.StartAsync(None);
    }

    public virtual async Task DisposeAsync()
    {
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
        {
            await Server.StopAsync(limit.Token);
        }

        await Server.DisposeAsync();
        await Registry.DisposeAsync();
        Authority.Dispose();
        _folder.Dispose();
    }

    internal async Task<EnrollmentBundle> AddEdgeAsync(TimeSpan? lifetime = null)
    {
        (_, string token, DateTimeOffset expires) = await Registry.AddEdgeAsync("edge", lifetime ?? TimeSpan.FromHours(1), None);
        return new EnrollmentBundle { Address = Server.EnrollmentEndPoint.ToString(), CaFingerprint = Authority.Fingerprint, Token = token, ExpiresAt = expires };
    }

    internal async Task<(EdgeClient Client, EdgeCredentials Credentials)> EnrolAsync()
    {
        EdgeCredentials credentials = await EdgeEnrollment.EnrollAsync(await AddEdgeAsync(), "test", None);
        return (new EdgeClient(credentials), credentials);
    }
}

using Guardian.Grpc;
using Guardian.Testing;
using Microsoft.Extensions.Logging;
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

    internal SqliteTelemetryStore Telemetry { get; private set; } = null!;

    internal TunnelServer Server { get; private set; } = null!;

    internal string Folder => _folder.Path;

    public virtual async Task InitializeAsync()
    {
        Registry = new EdgeRegistry(_folder.File("registry.db"), Time);
        Authority = CertificateAuthority.Open(_folder.Path, timeProvider: Time);
        Telemetry = new SqliteTelemetryStore(_folder.File(SqliteTelemetryStore.FileName), new TelemetryOptions(), Time);
        await StartAsync(edgePort: 0, enrollmentPort: 0);
    }

    /// <summary>Where the gateway reports.</summary>
    protected virtual ILoggerFactory Loggers => NullLoggerFactory.Instance;

    /// <summary>The gateway's tunnel; none by default.</summary>
    private protected virtual ITunnelNetwork? Network => null;

    /// <summary>What a test wants to be different.</summary>
    protected virtual void Configure(TunnelOptions options)
    {
    }

    /// <summary>Stops the gateway and starts it anew on the same ports, over the same files.</summary>
    internal async Task RestartAsync()
    {
        (int edgePort, int enrollmentPort) = (Server.EdgeEndPoint.Port, Server.EnrollmentEndPoint.Port);
        await StopAsync();
        await Registry.DisposeAsync();
        Registry = new EdgeRegistry(_folder.File("registry.db"), Time);
        await StartAsync(edgePort, enrollmentPort);
    }

    internal async Task StopAsync()
    {
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
        {
            await Server.StopAsync(limit.Token);
        }

        await Server.DisposeAsync();
    }

    internal async Task StartAsync(int edgePort, int enrollmentPort)
    {
        var options = new TunnelOptions { Directory = _folder.Path, EdgePort = edgePort, EnrollmentPort = enrollmentPort };
        options.Recipients.Add([1, 2, 3]);
        Configure(options);
        Server = new TunnelServer(options, Registry, Authority, Node.Ports, Telemetry, Loggers, Time, Network);
        await Server.StartAsync(None);
    }

    public virtual async Task DisposeAsync()
    {
        await StopAsync();
        await Telemetry.DisposeAsync();
        await Registry.DisposeAsync();
        Authority.Dispose();
        _folder.Dispose();
    }

    internal async Task<EnrollmentBundle> AddEdgeAsync(TimeSpan? lifetime = null)
    {
        return Bundle(await Registry.AddEdgeAsync(new NewEdge { Name = "edge", TokenLifetime = lifetime ?? TimeSpan.FromHours(1) }, "test", None));
    }

    internal async Task<(EdgeClient Client, EdgeCredentials Credentials)> EnrolAsync()
    {
        EdgeCredentials credentials = await EnrolAsync(await AddEdgeAsync());
        return (new EdgeClient(credentials), credentials);
    }

    internal static async Task<EdgeCredentials> EnrolAsync(EnrollmentBundle bundle, params string[] cameras) =>
        (await EdgeEnrollment.EnrollAsync(bundle, new EdgeDescription { Software = "test", Cameras = cameras }, None)).Credentials;

    internal EnrollmentBundle Bundle(AdmissionTicket ticket) => new()
    {
        Address = Server.EnrollmentEndPoint.ToString(),
        CaFingerprint = Authority.Fingerprint,
        Token = ticket.Token,
        ExpiresAt = ticket.ExpiresAt,
    };

    /// <summary>What the gateway says no with. A connection that it ends may be cut under a call, which then says that the node is not there.</summary>
    protected static Task<RpcException> RefusalOfAsync(Func<Task> call) => Eventually.GetAsync(
        async () => await Assert.ThrowsAsync<RpcException>(call) is var refusal && refusal.StatusCode != StatusCode.Unavailable ? refusal : null, "the gateway says no");
}

using Guardian.Events;
using Guardian.Models;
using Guardian.ReferenceHost.Adapters;
using Guardian.ReferenceHost.Workers;
using Guardian.Storage;
using Guardian.Tunnel;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Bench.Node;

/// <summary>A node's intake as the reference host composes it, on loopback, without its workers.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly SqliteEventStore _events;
    private readonly FolderArchiveStore _store;
    private readonly SealedArchive _archive;
    private readonly LocalModels _models;
    private readonly EdgeRegistry _registry;
    private readonly SqliteTelemetryStore _telemetry;
    private readonly CertificateAuthority _authority;
    private readonly TunnelServer _server;

    private BenchNode(string folder)
    {
        _events = new SqliteEventStore(new EventStoreOptions { DatabasePath = Path.Combine(folder, "events.db") });
        _store = new FolderArchiveStore(Path.Combine(folder, "archive"));
        _archive = new SealedArchive(new SealedArchiveOptions { Directory = Path.Combine(folder, "storage") }, _store);
        _models = new LocalModels(new GuardianModelsOptions { Directory = Path.Combine(folder, "models") });
        _registry = new EdgeRegistry(Path.Combine(folder, "tunnel", "registry.db"));
        _authority = CertificateAuthority.Open(Path.Combine(folder, "tunnel"));
        var ports = new TunnelPorts(
            new EventIntake(_events), new ClipIntake(_events, _archive, _registry), new DatasetIntake(_models.Datasets, new TrainingOrders(_models.Datasets, _models.Jobs, _models.Catalog, _registry)),
            new ModelSource(_models.Distributor, _models.Catalog));
        var options = new TunnelOptions { Directory = Path.Combine(folder, "tunnel"), EdgePort = 0, EnrollmentPort = 0 };
        _telemetry = new SqliteTelemetryStore(Path.Combine(folder, "tunnel", SqliteTelemetryStore.FileName), options.Telemetry);
        _server = new TunnelServer(options, _registry, _authority, ports, _telemetry, NullLoggerFactory.Instance);
    }

    public static async Task<BenchNode> StartAsync(string folder)
    {
        var node = new BenchNode(folder);
        await node._archive.RecoverAsync(CancellationToken.None);
        await node._server.StartAsync(CancellationToken.None);
        return node;
    }

    public IModelCatalog Catalog => _models.Catalog;

    public IModelDistributor Distributor => _models.Distributor;

    public async Task<EdgeCredentials> EnrolAsync() =>
        (await EdgeEnrollment.EnrollAsync((await AddEdgeAsync()).Bundle, new EdgeDescription { Software = "bench" }, CancellationToken.None)).Credentials;

    public async Task<(EdgeId Edge, EnrollmentBundle Bundle)> AddEdgeAsync()
    {
        AdmissionTicket ticket = await _registry.AddEdgeAsync(new NewEdge { Name = "bench" }, "bench", CancellationToken.None);
        return (ticket.Edge.Id, new EnrollmentBundle { Address = _server.EnrollmentEndPoint.ToString(), CaFingerprint = _authority.Fingerprint, Token = ticket.Token, ExpiresAt = ticket.ExpiresAt });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _telemetry.DisposeAsync();
        await _registry.DisposeAsync();
        await _models.DisposeAsync();
        await _archive.DisposeAsync();
        _store.Dispose();
        await _events.DisposeAsync();
        _authority.Dispose();
    }
}

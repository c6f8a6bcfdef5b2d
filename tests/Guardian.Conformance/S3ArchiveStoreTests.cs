using Guardian.Storage;
using Guardian.Storage.Conformance;
using Guardian.Testing;

namespace Guardian.Conformance;

/// <summary>The suite against a real S3 server.</summary>
[Collection(S3Tests.Name)]
public class S3ArchiveStoreTests(RadosGateway server) : ArchiveStoreConformance
{
    /// <summary>The smallest part that S3 takes, so that the suite need not move hundreds of megabytes.</summary>
    protected const int PartBytes = 5 << 20;

    private S3ArchiveStore? _store;

    protected RadosGateway Server => server;

    protected override int LargeObject => PartBytes;

    protected virtual S3ArchiveOptions Options => new() { Endpoint = server.Endpoint, CredentialsFile = server.CredentialsFile, PartBytes = PartBytes };

    protected override Task<IArchiveStore> OpenAsync()
    {
        server.Require();
        return Task.FromResult<IArchiveStore>(_store = new S3ArchiveStore(Options));
    }

    protected override Task CloseAsync()
    {
        _store?.Dispose();
        return Task.CompletedTask;
    }
}

using Guardian.Storage;
using Guardian.Testing;

namespace Guardian.Conformance;

/// <summary>The same over TLS, under an authority that only the options know.</summary>
[Collection(S3Tests.Name)]
public sealed class S3OverTlsTests(RadosGateway server) : S3ArchiveStoreTests(server)
{
    protected override S3ArchiveOptions Options =>
        new() { Endpoint = Server.TlsEndpoint, CaFile = Server.CaFile, CredentialsFile = Server.CredentialsFile, PartBytes = PartBytes };

    [Fact(Timeout = 60_000)]
    public async Task a_server_of_another_authority_is_not_spoken_to()
    {
        S3ArchiveOptions options = Options;
        options.CaFile = "";
        using var stranger = new S3ArchiveStore(options);
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => stranger.EnsureBucketAsync(BucketName.ForCamera("x"), default));
        Assert.True(error.IsTransient);
    }
}

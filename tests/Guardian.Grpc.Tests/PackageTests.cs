using Guardian.Testing;

namespace Guardian.Grpc.Tests;

public sealed class PackageTests
{
    [Fact]
    public void the_public_api_is_the_reviewed_one() => PublicApiSurface.AssertUnchanged(typeof(GrpcServer).Assembly);

    [Fact]
    public void log_event_ids_are_unique() => LogEventIds.AssertUnique(typeof(GrpcServer).Assembly, 1000, 1999);
}

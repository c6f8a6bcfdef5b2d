using Guardian.Testing;

namespace Guardian.Storage.Tests;

public sealed class PackageTests
{
    [Fact]
    public void the_public_api_is_the_reviewed_one() => PublicApiSurface.AssertUnchanged(typeof(SealedArchive).Assembly);

    [Fact]
    public void log_event_ids_are_unique() => LogEventIds.AssertUnique(typeof(SealedArchive).Assembly, 4000, 4999);
}

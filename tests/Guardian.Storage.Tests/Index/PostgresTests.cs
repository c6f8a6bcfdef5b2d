using Guardian.Testing;

namespace Guardian.Storage.Tests.Index;

/// <summary>One server for all tests of indexes.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}

using Guardian.Testing;

namespace Guardian.Storage.Tests.Index;

/// <summary>One server for all tests of indexes.</summary>
[CollectionDefinition(Name)]
<<<<<<<< HEAD:tests/Guardian.Storage.Tests/Index/OnePostgres.cs
public sealed class OnePostgres : ICollectionFixture<PostgresServer>
========
public sealed class PostgresTests : ICollectionFixture<PostgresServer>
>>>>>>>> 7a1b499c616eed62a32573211ce65a2749ddc35d:tests/Guardian.Storage.Tests/Index/PostgresTests.cs
{
    public const string Name = "PostgreSQL";
}

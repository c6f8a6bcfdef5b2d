using Guardian.Testing;

namespace Guardian.Storage.Tests;

/// <summary>One server for all classes that need one.</summary>
[CollectionDefinition(Name)]
public sealed class S3Tests : ICollectionFixture<RadosGateway>
{
    public const string Name = "S3";
}

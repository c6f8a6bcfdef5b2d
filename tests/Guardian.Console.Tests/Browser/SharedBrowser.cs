namespace Guardian.Console.Tests.Browser;

/// <summary>Tests that share the browser; one after another, as the machine has few cores and the key derivation takes one for itself.</summary>
[CollectionDefinition(Name)]
public sealed class SharedBrowser : ICollectionFixture<ConsoleFixture>
{
    public const string Name = "console";
}

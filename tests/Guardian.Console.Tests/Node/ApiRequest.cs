namespace Guardian.Console.Tests.Node;

/// <summary>A request that the fake node saw.</summary>
internal sealed record ApiRequest(string Method, string Path, string Query, string Range);

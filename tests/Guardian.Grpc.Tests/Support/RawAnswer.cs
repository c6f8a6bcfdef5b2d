namespace Guardian.Grpc.Tests;

/// <summary>What came back to a <see cref="RawPeer"/>.</summary>
internal sealed record RawAnswer(int Http, string? Status, string? Message, string? AcceptEncoding, bool TrailersOnly, byte[] Body);

namespace Guardian.Tunnel;

/// <summary>What an edge says of itself when it enrols.</summary>
public sealed record EdgeDescription
{
    /// <summary>What it runs, for people: up to 128 characters.</summary>
    public required string Software { get; init; }

    /// <summary>The cameras that it wants to speak for: at most 256. May be left out where the operator assigns them, or it names them later.</summary>
    public IReadOnlyList<string> Cameras { get; init; } = [];

    /// <summary>The public half of its WireGuard key, 32 bytes; null when it needs no tunnel.</summary>
    public byte[]? TunnelPublicKey { get; init; }
}

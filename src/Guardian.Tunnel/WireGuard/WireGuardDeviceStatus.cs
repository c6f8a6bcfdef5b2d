namespace Guardian.Tunnel;

/// <summary>A device as it stands.</summary>
public sealed record WireGuardDeviceStatus
{
    /// <summary>The public half of its key; null while it has none.</summary>
    public WireGuardPublicKey? PublicKey { get; init; }

    /// <summary>The UDP port it listens on; 0 while it does not.</summary>
    public int ListenPort { get; init; }

    /// <summary>Its peers, in no particular order.</summary>
    public IReadOnlyList<WireGuardPeerStatus> Peers { get; init; } = [];
}

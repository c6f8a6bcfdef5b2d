namespace Guardian.Tunnel;

/// <summary>What happened to a peer.</summary>
public enum WireGuardPeerEventKind
{
    /// <summary>It shook hands, which a peer with traffic does every two minutes, or was heard again after a silence.</summary>
    Handshake = 1,

    /// <summary>Nothing has come from it for the configured time.</summary>
    Silence = 2,
}

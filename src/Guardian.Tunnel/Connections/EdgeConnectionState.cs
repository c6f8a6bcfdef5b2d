namespace Guardian.Tunnel;

/// <summary>Whether an edge can be reached.</summary>
public enum EdgeConnectionState
{
    /// <summary>It has not been heard of since it was added.</summary>
    NeverSeen = 1,

    /// <summary>It was heard of within <see cref="TunnelOptions.SilentAfter"/>.</summary>
    Connected = 2,

    /// <summary>It has not been heard of for longer than <see cref="TunnelOptions.SilentAfter"/>.</summary>
    Silent = 3,

    /// <summary>It has not been heard of for longer than <see cref="TunnelOptions.GoneAfter"/>.</summary>
    Gone = 4,

    /// <summary>It is shut out.</summary>
    Revoked = 5,
}

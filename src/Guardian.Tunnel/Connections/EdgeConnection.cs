using System.Net;

namespace Guardian.Tunnel;

/// <summary>How an edge is connected. All but the state and the last contact is known since the gateway's start.</summary>
public sealed record EdgeConnection
{
    /// <summary>The edge.</summary>
    public required EdgeId Edge { get; init; }

    /// <summary>Whether it can be reached.</summary>
    public required EdgeConnectionState State { get; init; }

    /// <summary>When it was last heard of: a call, a heartbeat, an answer to a ping, a handshake of its tunnel; null when never.</summary>
    public DateTimeOffset? LastContactAt { get; init; }

    /// <summary>Calls that it has open.</summary>
    public int OpenCalls { get; init; }

    /// <summary>Whether its command stream is open.</summary>
    public bool TakesCommands { get; init; }

    /// <summary>The median of its newest 128 round trips over the command stream; null without any.</summary>
    public TimeSpan? LatencyMedian { get; init; }

    /// <summary>The 95th percentile of the same.</summary>
    public TimeSpan? LatencyP95 { get; init; }

    /// <summary>How far its clock is ahead of the node's (behind when negative), from its newest heartbeat or answer to a ping; null when it sent none.</summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>Bytes that came from it over TCP.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes that went to it and were acknowledged, over TCP.</summary>
    public long BytesSent { get; init; }

    /// <summary>Where its newest call came from.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>When its tunnel last shook hands; null without a tunnel or a handshake.</summary>
    public DateTimeOffset? LastHandshakeAt { get; init; }

    /// <summary>Where its tunnel's packets come from; null without a tunnel or a handshake.</summary>
    public IPEndPoint? TunnelEndPoint { get; init; }
}

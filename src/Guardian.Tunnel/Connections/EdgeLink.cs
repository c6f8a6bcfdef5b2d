using System.Net;
using Guardian.Grpc;

namespace Guardian.Tunnel;

/// <summary>What is known of one edge's connection. Guarded by the lock of <see cref="EdgeConnections"/>.</summary>
internal sealed class EdgeLink
{
    public HashSet<ServerCall> Calls { get; } = [];

    public HashSet<EdgeSocket> Sockets { get; } = [];

    public LatencyWindow Latency { get; } = new();

    public DateTimeOffset? LastContact { get; set; }

    public DateTimeOffset? LastRecorded { get; set; }

    public TimeSpan? ClockOffset { get; set; }

    public IPAddress? Address { get; set; }

    public bool TakesCommands { get; set; }

    public TcpCounters Closed { get; set; }

    public DateTimeOffset? LastHandshake { get; set; }

    public IPEndPoint? TunnelEndPoint { get; set; }

    public EdgeConnectionState? Announced { get; set; }

    public TcpCounters Counters
    {
        get
        {
            TcpCounters sum = Closed;
            foreach (TcpCounters open in Sockets.Select(s => s.Counters))
            {
                sum = new TcpCounters(sum.Received + open.Received, sum.Sent + open.Sent);
            }

            return sum;
        }
    }
}
